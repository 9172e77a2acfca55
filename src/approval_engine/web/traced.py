"""
Every request → a span with its route and status, while anybody wants to know.

Addresses and queries are left out, unlike in what the libraries would do by themselves:
they hold the keys of links in mails and what people look for.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from approval_engine import logs, traces
from approval_engine.traces.span import Facts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_AROUND = "approval_engine.around"
_BROKEN = 500


def install(app: Flask, methods: frozenset[str], quiet: frozenset[str]) -> None:
    """
    Stand around the requests; those for `quiet` endpoints come often and tell nothing.
    """
    if not traces.are_on():
        return
    serve = app.wsgi_app

    def each(
        environ: dict[str, Any], start_response: "StartResponse"
    ) -> Iterable[bytes]:
        with ExitStack() as around:
            environ[_AROUND] = around
            return serve(environ, start_response)

    app.wsgi_app = each  # type: ignore[method-assign] # how Flask wants it

    @app.before_request
    def begin() -> None:
        if request.endpoint in quiet:
            return
        headers = {name.lower(): value for name, value in request.headers.items()}
        span = request.environ[_AROUND].enter_context(traces.served(headers))
        logs.note(trace_id=span.trace)
        method = request.method if request.method in methods else "_OTHER"
        rule = request.url_rule
        span.rename(f"{method} {rule.rule}" if rule else method)
        facts = {"http.request.method": method, "url.scheme": request.scheme}
        span.note(facts | ({"http.route": rule.rule} if rule else {}))

    @app.after_request
    def end(response: Response) -> Response:
        if request.endpoint not in quiet:
            status = response.status_code
            facts: Facts = {"http.response.status_code": status}
            span = traces.current()
            span.note(facts)
            if status >= _BROKEN:
                span.fail(str(status))
        return response
