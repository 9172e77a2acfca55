"""
Commands that meet: all at once from a barrier, or one inside the other's transaction.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event

from sqlalchemy import event, text

from approval_engine.executor.answer import Answer
from approval_engine.executor.runtime import Runtime
from approval_engine.store.queueing import Queue

AT_COMMIT = "commit"
"""The holder has written everything, and nobody else sees it yet."""

AT_WRITE = "write"
"""The holder has read everything and is about to write for the first time."""

_BEGIN = "BEGIN IMMEDIATE"
_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH part0 AS (INSERT")
_BLOCKED = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted"
    " AND (database IS NULL OR database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database()))"
)

Call = Callable[[], Answer | None]
Outcome = Answer | Exception | None


def together(calls: list[Call]) -> list[Outcome]:
    """
    Let all calls go at the same moment, each in its thread; what each came to.
    """
    barrier = Barrier(len(calls))

    def run(call: Call) -> Outcome:
        barrier.wait()
        return _outcome(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(run, call) for call in calls]]


def _outcome(call: Call) -> Outcome:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 what it was is for the test to judge
        return error


class Side:
    """
    One of two that meet: a runtime of its own pool, and what to do at its statements.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.call: Call = lambda: None
        self._listen: Callable[[str], None] = _ignore
        engine = runtime.database.engine
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", lambda _: self._listen(AT_COMMIT))
        self._hear_of_waits(runtime.database._queue)

    def stop(self, where: str, reached: Event, go_on: Event) -> None:
        """
        Stop once, at that point, until it may go on.
        """

        def listen(statement: str) -> None:
            here = AT_WRITE if statement.startswith(_WRITES) else statement
            if here == where and not reached.is_set():
                reached.set()
                go_on.wait()

        self._listen = listen

    def signal(self, met: Event) -> None:
        """
        Say when it comes to a lock; without one, its first write is where that shows.
        """

        def listen(statement: str) -> None:
            locks = statement == _BEGIN or "FOR UPDATE" in statement
            if locks or statement.startswith(_WRITES):
                met.set()

        self._listen = listen

    def _hear_of_waits(self, queue: Queue | None) -> None:
        if queue is None:
            return
        wait = queue._waited

        def waited(place: int) -> int | None:
            # Who waits there has come to a lock, as who waits within SQLite has.
            self._listen(_BEGIN)
            return wait(place)

        queue._waited = waited  # type: ignore[method-assign]

    def _statement(self, _connection, _cursor, statement: str, *_rest: object) -> None:
        self._listen(statement)


def inside(holder: Side, other: Side, where: str) -> tuple[Outcome, Outcome]:
    """
    Stop the holder at a point of its transaction until the other has met its lock.
    """
    reached, go_on, met = Event(), Event(), Event()
    holder.stop(where, reached, go_on)
    other.signal(met)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(_outcome, holder.call)
        first.add_done_callback(lambda _: reached.set())
        reached.wait()
        second = pool.submit(_outcome, other.call)
        second.add_done_callback(lambda _: met.set())
        met.wait()
        _until_blocked(other.runtime, second)
        go_on.set()
        return first.result(), second.result()


def _ignore(_statement: str) -> None:
    pass


def _until_blocked(runtime: Runtime, running: Future[Outcome]) -> None:
    if runtime.database.is_sqlite:
        return
    with runtime.database.engine.connect() as connection:
        while not running.done():
            if connection.execute(_BLOCKED).scalar_one():
                return
            connection.rollback()
