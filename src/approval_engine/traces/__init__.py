"""
What a process does → spans of OpenTelemetry, if its variables ask for them.

Nothing of OpenTelemetry is imported before `set_up` finds that spans are wanted. What
is said of a span is what operators need, never what people wrote or are called.
"""

import atexit
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from approval_engine.config.telemetry import traces_wanted
from approval_engine.errors import InvalidInput
from approval_engine.traces.span import SILENT, Facts, Kind, Origin, Span

if TYPE_CHECKING:
    from approval_engine.traces.recorder import Recorder

FLUSH_S = 2.0
"""How long a process that ends waits for a receiver to take what is left."""

_LOG = logging.getLogger(__name__)


class _Here:
    """
    Who records in this process; None while nobody wants it.
    """

    recorder: "Recorder | None" = None


def set_up(environ: Mapping[str, str], version: str) -> None:
    """
    Record from here on, if these variables ask for it and OpenTelemetry is installed.

    To be called after a fork. Raises InvalidInput if a variable is malformed, or the
    library does not take it.
    """
    if _Here.recorder is not None or not traces_wanted(environ):
        return
    try:
        from approval_engine.traces.recorder import Recorder
    except ImportError as error:
        _LOG.info("action=traces_missing install the extra 'traces': %s", error)
        return
    try:
        _Here.recorder = Recorder(version)
    except ValueError as error:
        sentence = f"OpenTelemetry does not take its OTEL_ variables: {error}."
        raise InvalidInput(sentence) from error
    atexit.register(end)


def are_on() -> bool:
    """
    Whether anything is recorded.
    """
    return _Here.recorder is not None


def end() -> None:
    """
    Hand over what is left, for two seconds at most, and record nothing any more.
    """
    recorder, _Here.recorder = _Here.recorder, None
    if recorder is not None:
        atexit.unregister(end)
        recorder.end(FLUSH_S)


def current() -> Span:
    """
    The span that this runs in.
    """
    recorder = _Here.recorder
    return SILENT if recorder is None else recorder.current() or SILENT


def served(headers: Mapping[str, str]) -> Span:
    """
    The answer to a request with these headers, as a part of the trace that they name.
    """
    recorder = _Here.recorder
    return SILENT if recorder is None else recorder.served(headers)


def command(name: str) -> Span:
    """
    A command: messages that are promised in it are told of once it has succeeded.
    """
    recorder = _Here.recorder
    return SILENT if recorder is None else recorder.command(name)


def watch(name: str) -> Span:
    """
    A look for something to do, of which is told only if there was something.
    """
    recorder = _Here.recorder
    return SILENT if recorder is None else recorder.watch(name)


def message(name: str, facts: Facts, origins: Iterable[Origin]) -> Span:
    """
    One try to send what came of these commands, in the trace of the first of them.
    """
    recorder = _Here.recorder
    return SILENT if recorder is None else recorder.message(name, facts, origins)


def within(name: str, kind: Kind, facts: Facts) -> Span:
    """
    A part of what is told of already; silent where nothing is.
    """
    recorder = _Here.recorder
    return SILENT if recorder is None else recorder.within(name, kind, facts)


def asked(seconds: float, statements: int = 0) -> None:
    """
    So long the database took, for so many statements, in the span that this runs in.
    """
    recorder = _Here.recorder
    if recorder is not None and (span := recorder.current()) is not None:
        span.asked(seconds, statements)
