"""
Statements whose text is known → the driver of the database, on PostgreSQL together.

A statement that travels alone costs two processes a turn each, so what is written there
waits until something is read or the transaction ends, and then all of it leaves. On
SQLite nothing travels and nothing waits.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from approval_engine.errors import Refused
from approval_engine.store import timed
from approval_engine.store.pipelines import together

Values: TypeAlias = Mapping[str, object] | Sequence[object]
"""What a statement is run with, by name or by place, as the driver wants it."""

_WAITING = "waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """
    A statement in the words of the driver, run once for each of its `runs`.

    `unmet` is raised unless the database counted `wanted` rows. An insert that is
    `joined` has one parameter, `rows`, and becomes one statement with those beside it.
    """

    sql: str
    runs: Sequence[Values]
    wanted: int = 0
    unmet: Refused | None = None
    joined: bool = False


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
    groups = [tuple(group) for _, group in groupby(enumerate(batch), _together)]
    with timed.together():
        cursors = _sent(transaction, [_one(group) for group in groups])
    for group, cursor in zip(groups, cursors, strict=True):
        counts = [cursor.rowcount] if len(group) == 1 else cursor.fetchone()
        for (_, statement), count in zip(group, counts, strict=True):
            if statement.unmet and count != statement.wanted:
                raise statement.unmet
    return cursors[len(cursors) - len(asked) :]


def _together(place: tuple[int, Statement]) -> int:
    number, statement = place
    return -1 if statement.joined else number


def _one(group: Sequence[tuple[int, Statement]]) -> Statement:
    """
    The statement that does what a group of joined inserts does; it answers with counts.
    """
    parts = [statement for _, statement in group]
    if len(parts) == 1:
        return parts[0]
    rows = {f"rows{n}": part.runs[0]["rows"] for n, part in enumerate(parts)}  # type: ignore[call-overload] # its one parameter
    return Statement(sql=_joined(tuple(part.sql for part in parts)), runs=(rows,))


@lru_cache(maxsize=256)
def _joined(texts: Sequence[str]) -> str:
    named = [text.replace("%(rows)s", f"%(rows{n})s") for n, text in enumerate(texts)]
    parts = ", ".join(f"part{n} AS ({t} RETURNING 1)" for n, t in enumerate(named))
    counts = ", ".join(f"(SELECT count(*) FROM part{n})" for n in range(len(named)))  # noqa: S608 numbers
    return f"WITH {parts} SELECT {counts}"


def _begin(transaction: Connection) -> None:
    transaction.info[_WAITING] = []


def _sent(transaction: Connection, batch: Iterable[Statement]) -> list[Any]:
    driver: Any = transaction.connection.driver_connection
    wrong: type[Exception] = transaction.dialect.loaded_dbapi.Error
    cursors: list[Any] = []
    failed: Exception | None = None
    try:
        with nullcontext() if _is_sqlite(transaction) else together(driver):
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
        # The others went to the same server, so each is made anew before it is used
        # again. To dispose of the pool would lose those that somebody uses now.
        transaction.engine.pool._invalidate(transaction.connection, error)  # noqa: SLF001 SQLAlchemy's own way, which is not public
        transaction.invalidate(error)
    return DBAPIError(
        None, None, error, hide_parameters=True, connection_invalidated=lost
    )
