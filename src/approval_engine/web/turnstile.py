"""
A program that was told to wait and did not → refused again, before Flask sees it.

Of its request nothing is looked at but what it shows: a flood of what is refused anyway
then takes as little as it can from those whose requests are not.
"""

import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask

from approval_engine.web import headers, limits
from approval_engine.web.bearer import token_of
from approval_engine.web.errors import problem_of, status_of
from approval_engine.web.metrics import Counters
from approval_engine.web.session import API, SAFE
from approval_engine.web.traffic import HEADER, REQUEST, UNROUTED, say_answered

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


def install(app: Flask, counters: Counters, *, https: bool) -> None:
    """
    Stand before Flask; what gives requests their ids stands before this.
    """
    serve = app.wsgi_app
    always = headers.fixed(https=https)
    always |= {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}

    def each(
        environ: dict[str, Any], start_response: "StartResponse"
    ) -> Iterable[bytes]:
        began = time.perf_counter()
        method = environ["REQUEST_METHOD"].upper()
        refusal = limits.refused(app, _shown(environ, method))
        if refusal is None:
            return serve(environ, start_response)
        status, code = status_of(refusal)
        said = problem_of(status, code, str(refusal))
        body = app.json.dumps(said, separators=(",", ":")).encode() + b"\n"
        own = {
            "Content-Length": str(len(body)),
            "Retry-After": str(refusal.retry_after_s),
            HEADER: environ.get(REQUEST, ""),
        }
        line = f"{status} {HTTPStatus(status).phrase}"
        start_response(line, [*always.items(), *own.items()])
        seconds = time.perf_counter() - began
        counters.count(UNROUTED, method, status, seconds)
        say_answered(method, UNROUTED, status, seconds)
        return [body]

    app.wsgi_app = each  # type: ignore[method-assign] # how Flask wants it


def _shown(environ: dict[str, Any], method: str) -> str:
    """
    The token of a program that wants to change something; empty for all others.
    """
    # Routes know one slash only, however many were sent.
    path = "/" + environ.get("PATH_INFO", "").lstrip("/")
    if method in SAFE or not path.startswith(API):
        return ""
    return token_of(environ.get("HTTP_AUTHORIZATION", ""))
