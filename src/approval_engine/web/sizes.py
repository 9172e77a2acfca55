"""
The requests that may be larger than others: files that people upload.
"""

from collections.abc import Mapping

from flask import Flask, request

from approval_engine.errors import InvalidInput
from approval_engine.web import context

_MIB = 1024 * 1024
_MOST_PARTS = 20_000
_TEXT: Mapping[str, int] = {
    # A file of 1 MiB is refused with a sentence; as text it takes a third more.
    "process_upload.check": 2 * _MIB,
    "process_upload.deploy": 2 * _MIB,
    # A quote of many lines, with a field for each cell.
    "drafting.create": _MIB,
    "drafting.save": _MIB,
    "drafting.papers": _MIB,
    "inbox.act": context.LARGEST_BODY,
    "mail.decide": context.LARGEST_BODY,
}
"""How many bytes of text are read at these endpoints."""

_FILES: Mapping[str, int] = {
    "drafting.create": 2,
    "drafting.save": 2,
    "drafting.papers": 2,
    "inbox.act": 1,
    "mail.decide": 1,
}
"""How many of the largest files may come beside the text."""


def install(app: Flask) -> None:
    """
    Say it before anything reads the request, the guard that looks for a token included.
    """
    app.before_request(_allow)


def must_have_few_fields() -> None:
    """
    Raises InvalidInput for a form of more fields than any page of ours has.

    A field takes two bytes to send and a hundred times as many to read.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        return
    if request.get_data().count(b"&") >= _MOST_PARTS:
        sentence = f"A form of at most {_MOST_PARTS} fields is read; this has more."
        raise InvalidInput(sentence)


def _allow() -> None:
    endpoint = request.endpoint or ""
    if endpoint not in _TEXT:
        return
    files = _FILES.get(endpoint, 0) if request.mimetype == "multipart/form-data" else 0
    request.max_form_memory_size = _TEXT[endpoint]
    request.max_form_parts = _MOST_PARTS
    request.max_content_length = _TEXT[endpoint] + files * context.limits().largest
