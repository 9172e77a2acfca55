"""
What the database took → the span that asked it, while anybody wants to know.

Statements are counted and timed, never shown: what stands in them may be somebody's.
"""

from threading import local
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL

from approval_engine import traces
from approval_engine.traces.span import Kind, Span

_SINCE = "asked_since"


class _Here(local):
    """
    The transaction that a thread writes in.
    """

    write: "_Timed | None" = None


_HERE = _Here()


class Timing:
    """
    Around what the database is asked; this one measures nothing, for nobody asked.
    """

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def begun(self) -> None:
        """
        The transaction has its turn.
        """


_UNTIMED = Timing()


def listen(engine: Engine) -> None:
    """
    Time the statements of this engine, after all that others do before them.
    """
    if traces.are_on():
        event.listen(engine, "before_cursor_execute", _before)
        event.listen(engine, "after_cursor_execute", _after)
        event.listen(engine, "commit", _commits)


def write(url: URL) -> Timing:
    """
    Around a writing transaction: it waits for its turn, asks, and commits.
    """
    return _Timed(url) if traces.are_on() else _UNTIMED


def together() -> Timing:
    """
    Around statements that SQLAlchemy does not run itself.
    """
    return _Together() if traces.are_on() else _UNTIMED


class _Together(Timing):
    __slots__ = ("_since",)

    def __enter__(self) -> Self:
        self._since = perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        traces.asked(perf_counter() - self._since)


class _Timed(Timing):
    """
    What is asked within counts by itself; the turn and the commit are counted here.
    """

    __slots__ = ("_span", "since")

    def __init__(self, url: URL) -> None:
        self._span = _span(url)
        self.since = 0.0

    def __enter__(self) -> Self:
        self._span.__enter__()
        _HERE.write = self
        self.since = perf_counter()
        return self

    def begun(self) -> None:
        """
        The transaction has its turn.
        """
        traces.asked(perf_counter() - self.since)
        self.since = 0.0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _HERE.write = None
        if self.since:
            traces.asked(perf_counter() - self.since)
        self._span.__exit__(kind, error, trace)


def _span(url: URL) -> Span:
    backend = url.get_backend_name()
    facts = {"db.system.name": backend, "db.operation.name": "transaction"}
    if backend != "sqlite" and url.database:
        # The file of SQLite may lie in the folder of a person.
        facts["db.namespace"] = url.database
    return traces.within("transaction", Kind.CLIENT, facts)


def _before(connection: Connection, *_: Any) -> None:  # noqa: ANN401 the library's own
    connection.info[_SINCE] = perf_counter()
    traces.asked(0, statements=1)


def _after(connection: Connection, *_: Any) -> None:  # noqa: ANN401 the library's own
    # SQLite begins with a statement of ours; that is the wait for the turn.
    if _HERE.write is None or not _HERE.write.since:
        traces.asked(perf_counter() - connection.info[_SINCE])


def _commits(_: Connection) -> None:
    if _HERE.write is not None:
        _HERE.write.since = perf_counter()
