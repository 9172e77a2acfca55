"""
Statements whose text is known → the driver of the database, on PostgreSQL together.

A statement that travels alone costs two processes a turn each, so what is written there
waits until something is read or the transaction ends, and then all of it leaves. On
SQLite nothing travels and nothing waits.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from approval_engine.errors import Refused

Values: TypeAlias = Mapping[str, object] | Sequence[object]
"""What a statement is run with, by name or by place, as the driver wants it."""

_WAITING = "waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """
    A statement in the words of the driver, run once for each of its `runs`.

    `unmet` is raised unless the database counted `wanted` rows.
    """

    sql: str
    runs: Sequence[Values]
    wanted: int = 0
    unmet: Refused | None = None


def let_wait(engine: Engine) -> None:
    """
    Let writes of this engine wait; before anything else is asked they are sent.
    """
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", lambda one, *_: send(one))
    event.listen(engine, "commit", send)


def write(transaction: Connection, statement: Statement) -> None:
    """
    Run a statement of which nothing is asked back, at the latest when all is committed.

    Raises its `unmet` now or then.
    """
    waiting = transaction.info.get(_WAITING)
    if waiting is None:
        send(transaction, statement)
    else:
        waiting.append(statement)


def send(transaction: Connection, *asked: Statement) -> list[Any]:
    """
    Run what waits and then these, in order; the cursors of these with their results.

    Raises DBAPIError for whatever the driver raises.
    """
    waiting: list[Statement] = transaction.info.get(_WAITING, [])
    batch = [*waiting, *asked]
    waiting.clear()
    if not batch:
        return []
    cursors = _sent(transaction, batch)
    for statement, cursor in zip(batch, cursors, strict=True):
        if statement.unmet and cursor.rowcount != statement.wanted:
            raise statement.unmet
    return cursors[len(batch) - len(asked) :]


def _begin(transaction: Connection) -> None:
    transaction.info[_WAITING] = []


def _sent(transaction: Connection, batch: Iterable[Statement]) -> list[Any]:
    driver: Any = transaction.connection.driver_connection
    wrong: type[Exception] = transaction.dialect.loaded_dbapi.Error
    cursors: list[Any] = []
    failed: Exception | None = None
    try:
        with nullcontext() if _is_sqlite(transaction) else driver.pipeline():
            try:
                cursors += [_run(transaction, driver, each) for each in batch]
            except wrong as error:
                failed = error
    except wrong as error:
        # What was sent behind one that failed fails as well, but not of itself.
        failed = failed or error
    if failed is not None:
        raise _told(transaction, driver, failed) from failed
    return cursors


def _is_sqlite(transaction: Connection) -> bool:
    return transaction.dialect.name == "sqlite"


def _run(transaction: Connection, driver: Any, statement: Statement) -> Any:  # noqa: ANN401 the driver's own
    cursor = driver.cursor()
    sql, runs = statement.sql, statement.runs
    many = len(runs) != 1
    values: Any = runs if many else runs[0]
    # Who listens hears of it, and may change it, as if SQLAlchemy had run it.
    for listen in transaction.dispatch.before_cursor_execute:
        sql, values = listen(transaction, cursor, sql, values, None, many)
    (cursor.executemany if many else cursor.execute)(sql, values)
    return cursor


def _told(transaction: Connection, driver: Any, error: Exception) -> DBAPIError:  # noqa: ANN401 the driver's own
    """
    The error as SQLAlchemy tells it; a connection that broke is never used again.
    """
    lost = transaction.dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type] # the driver's own
    if lost:
        transaction.invalidate(error)
        # The others went to the same server.
        transaction.engine.dispose()
    return DBAPIError(
        None, None, error, hide_parameters=True, connection_invalidated=lost
    )
