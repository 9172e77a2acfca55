"""
What no database keeps is refused before anybody looks for it: the character NUL.
"""

from flask import Flask, request
from werkzeug.datastructures import MultiDict

from approval_engine.errors import InvalidInput

_NUL = "\x00"


def install(app: Flask) -> None:
    """
    Look at the address and the form of every request, once it is known who asks.
    """
    app.before_request(_must_be_plain)


def _must_be_plain() -> None:
    if _NUL in request.path or _has_nul(request.args) or _has_nul(request.form):
        sentence = "Expected text, but something in this request has the character NUL."
        raise InvalidInput(sentence)


def _has_nul(typed: MultiDict[str, str]) -> bool:
    return any(_NUL in name + word for name, word in typed.items(multi=True))
