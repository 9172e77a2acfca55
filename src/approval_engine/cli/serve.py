"""
`cpq serve`: the web inbox and the HTTP interface.
"""

import socket
from typing import TYPE_CHECKING

import click

from approval_engine import logs
from approval_engine.cli.context import Session, pass_session
from approval_engine.config import Settings
from approval_engine.errors import InvalidInput

if TYPE_CHECKING:
    from flask import Flask

    from approval_engine.executor.runtime import Runtime


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@pass_session
def serve(session: Session, host: str, port: int) -> None:
    """
    Serve the web inbox and the HTTP interface, until SIGTERM or Ctrl-C.

    One process, for a laptop or a small team; docs/operator.md has the other way.
    Timers are fired by `cpq worker`, which runs beside it.
    """
    from approval_engine.web.alone import Server
    from approval_engine.web.wsgi import require_moving_clock

    require_moving_clock(session.settings)
    logs.set_up(session.settings.log_format, session.settings.log_level)
    app = application(session.settings, session.runtime)
    server = Server(app, listen(host, port))
    session.record(serving=f"http://{host}:{port}")
    server.run(session.settings.drain_seconds)


def application(settings: Settings, runtime: "Runtime") -> "Flask":
    """
    The web application, ready for its first request.

    A setting that it lacks is wrong usage, as a malformed one is.
    """
    from approval_engine.executor.warming import warm
    from approval_engine.web.app import create_app
    from approval_engine.web.presentation import make_ready

    try:
        app = create_app(settings, runtime)
    except InvalidInput as error:
        raise click.UsageError(str(error)) from error
    warm(runtime)
    make_ready(app)
    return app


def listen(host: str, port: int) -> socket.socket:
    """
    A socket that is bound to that address. Raises BadParameter if it cannot be.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        sentence = f"{host}:{port} cannot be served: {error.strerror or error}."
        raise click.BadParameter(sentence) from error
