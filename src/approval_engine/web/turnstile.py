"""
A program that was told to wait and did not → refused again, before all that is ours.

Of its request nothing is looked at but what it shows: a flood of what is refused anyway
then takes as little as it can from those whose requests are not.
"""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from approval_engine.errors import TooManyAttempts
from approval_engine.web import headers, limits
from approval_engine.web.errors import STATUSES, problem_of
from approval_engine.web.metrics import Counters
from approval_engine.web.session import API, SAFE
from approval_engine.web.traffic import HEADER, REQUEST, UNROUTED, say

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_STATUS, _CODE = next(
    (s, code) for kind, s, code in STATUSES if kind is TooManyAttempts
)
_LINE = f"{_STATUS} TOO MANY REQUESTS"


def install(app: Flask, counters: Counters, *, https: bool) -> None:
    """
    Stand before everything that the application answers.
    """
    serve = app.wsgi_app
    always = headers.fixed(https=https)
    always |= {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}

    def each(
        environ: dict[str, Any], start_response: "StartResponse"
    ) -> Iterable[bytes]:
        began = time.perf_counter()
        refusal = limits.refused(app, _shown(environ))
        if refusal is None:
            return serve(environ, start_response)
        body = app.json.dumps(problem_of(_STATUS, _CODE, str(refusal))).encode() + b"\n"
        own = {
            "Content-Length": str(len(body)),
            "Retry-After": str(refusal.retry_after_s),
            HEADER: environ.get(REQUEST, ""),
        }
        start_response(_LINE, [*always.items(), *own.items()])
        seconds = time.perf_counter() - began
        counters.count(UNROUTED, environ["REQUEST_METHOD"], _STATUS, seconds)
        say(environ["REQUEST_METHOD"], UNROUTED, _STATUS, seconds)
        return [body]

    app.wsgi_app = each  # type: ignore[method-assign] # how Flask wants it


def _shown(environ: dict[str, Any]) -> str:
    """
    What a program that wants to change something shows; empty for all others.
    """
    path = environ.get("PATH_INFO", "")
    if environ["REQUEST_METHOD"] in SAFE or not path.startswith(API):
        return ""
    return str(environ.get("HTTP_AUTHORIZATION", ""))
