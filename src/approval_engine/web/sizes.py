"""
The requests that may be larger than others: files that people upload.
"""

from collections.abc import Mapping

from flask import Flask, request

_MIB = 1024 * 1024

LARGER: Mapping[str, int] = {
    # A file of 1 MiB is refused with a sentence; as text it takes a third more.
    "process_upload.check": 2 * _MIB,
    "process_upload.deploy": 2 * _MIB,
}
"""How many bytes are read at these endpoints."""


def install(app: Flask) -> None:
    """
    Say it before anything reads the request.
    """

    @app.before_request
    def allow() -> None:
        size = LARGER.get(request.endpoint or "")
        if size is not None:
            request.max_content_length = request.max_form_memory_size = size
