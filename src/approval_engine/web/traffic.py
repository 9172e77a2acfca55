"""
Every request → its id, one line in the log, and its place among the counters.

What is said of a request is its route and what it concerns, never its address, body or
query: those hold what people wrote, and keys.
"""

import logging
import re
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from approval_engine import logs
from approval_engine.executor.runtime import Runtime
from approval_engine.web import traced
from approval_engine.web.metrics import METHODS, Counters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

HEADER = "X-Request-ID"
"""By which a request is known here, before and behind."""

REQUEST = "approval_engine.request"
"""Under which the environment of a request has its id."""

UNROUTED = "(none)"
"""The route of what leads nowhere, or of which nobody has looked where it leads."""

_LOG = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST = 64
_CONCERNS = {"workflow_id": "workflow", "task_id": "task", "quote_id": "quote"}
# Probes, scrapes and files come often and tell nothing.
_QUIET = frozenset({"static", "health.alive", "health.ready", "metrics.metrics"})


def install(app: Flask, runtime: Runtime, counters: Counters) -> None:
    """
    Stand around everything that the application answers.
    """
    serve = app.wsgi_app

    def each(
        environ: dict[str, Any], start_response: "StartResponse"
    ) -> Iterable[bytes]:
        known = _known(environ.get("HTTP_X_REQUEST_ID", ""))
        environ[REQUEST] = known
        # A page sees one moment of the database, however many parts it is made of.
        with logs.about(request=known), runtime.database.one_moment():
            return serve(environ, start_response)

    app.wsgi_app = each  # type: ignore[method-assign] # how Flask wants it
    app.before_request(_begin)

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        counters.count(_route(), request.method, response.status_code, seconds)
        asker = g.get("asker")
        level = logging.DEBUG if request.endpoint in _QUIET else logging.INFO
        actor = asker.user.id if asker else ""
        say_answered(
            request.method, _route(), response.status_code, seconds, actor, level
        )
        response.headers[HEADER] = request.environ.get(REQUEST, "")
        return response

    traced.install(app, METHODS, _QUIET)


def _begin() -> None:
    g.began = time.perf_counter()
    concerns = (request.view_args or {}).items()
    logs.note(
        **{
            _CONCERNS[name]: str(value)[:_LONGEST]
            for name, value in concerns
            if name in _CONCERNS
        }
    )


def say_answered(
    method: str,
    route: str,
    status: int,
    seconds: float,
    actor: str = "",
    level: int = logging.INFO,
) -> None:
    """
    Log one line of a request that was answered.
    """
    line = "action=request method=%s route=%s status=%s ms=%s actor=%s"
    _LOG.log(level, line, method[:10], route, status, round(seconds * 1000, 1), actor)


def _route() -> str:
    return request.url_rule.rule if request.url_rule else UNROUTED


def _known(sent: str) -> str:
    return sent if _ID.fullmatch(sent) else secrets.token_hex(8)
