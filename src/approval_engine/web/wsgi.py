"""
The environment → the application, for servers that make one in each of their processes.

Connections must not cross a fork: whoever forks calls this afterwards.
"""

import os

from flask import Flask

from approval_engine import __version__, logs, traces
from approval_engine.config import Settings, load
from approval_engine.config.telemetry import traces_wanted
from approval_engine.errors import InvalidState
from approval_engine.executor.runtime import Runtime, database_of, wall_clock
from approval_engine.executor.warming import warm
from approval_engine.store.upgrade import require_newest
from approval_engine.web.app import create_app
from approval_engine.web.presentation import make_ready


def application() -> Flask:
    """
    The application, ready for its first request: what it needs is read by then.
    """
    settings = load(os.environ)
    logs.set_up(settings.log_format, settings.log_level)
    traces.set_up(os.environ, __version__)
    runtime = _runtime(settings)
    app = create_app(settings, runtime)
    warm(runtime)
    make_ready(app)
    return app


def check() -> None:
    """
    Raise what would stop `application`, or make it refuse everybody, before a fork.
    """
    settings = load(os.environ)
    traces_wanted(os.environ)
    require_moving_clock(settings)
    runtime = _runtime(settings)
    try:
        create_app(settings, runtime)
        require_newest(runtime.database)
    finally:
        runtime.database.close()


def require_moving_clock(settings: Settings) -> None:
    """
    Raise InvalidState if the clock is fixed, unless that is allowed too.
    """
    if settings.now and not settings.allow_fixed_clock:
        sentence = (
            "The clock is fixed by CPQ_NOW, so nothing would ever be due;"
            " set CPQ_ALLOW_FIXED_CLOCK=1 to serve nevertheless."
        )
        raise InvalidState(sentence)


def _runtime(settings: Settings) -> Runtime:
    fixed = settings.now
    clock = (lambda: fixed) if fixed else wall_clock
    return Runtime(database=database_of(settings), clock=clock)
