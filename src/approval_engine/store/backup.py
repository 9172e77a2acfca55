"""
A whole database, copied while others write, and what a copy says of itself.

SQLite copies itself; PostgreSQL lends a snapshot to the program that copies it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import func, inspect, select, text

from approval_engine.errors import InvalidState
from approval_engine.store.database import Database, Transaction
from approval_engine.store.schema import ARCHIVED_EVENT, EVENT, WORKFLOW

_SIGNS = {"sqlite": b"SQLite format 3\x00", "postgresql": b"PGDMP"}


def sizes(transaction: Transaction) -> tuple[int, int]:
    """
    The numbers of workflows and of events.
    """
    workflows, events, archived = (
        transaction.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (WORKFLOW, EVENT, ARCHIVED_EVENT)
    )
    return workflows, events + archived


def kind_of(path: Path) -> str | None:
    """
    Of which kind of database a file is a copy, by how it begins; None if of none.
    """
    with path.open("rb") as file:
        begins = file.read(len(_SIGNS["sqlite"]))
    found = (kind for kind, sign in _SIGNS.items() if begins.startswith(sign))
    return next(found, None)


def copy_out(database: Database, target: Path) -> None:
    """
    Copy a SQLite database as it stands at one moment into one file; writers go on.
    """
    raw = database.engine.raw_connection()
    try:
        source: sqlite3.Connection = raw.driver_connection  # type: ignore[assignment] # SQLite's own
        _copy(source, target)
    finally:
        raw.close()


def copy_in(backup: Path, target: Path) -> None:
    """
    Copy a file that `copy_out` made to where a database is to be.

    Raises InvalidState if the file is not whole.
    """
    with closing(
        sqlite3.connect(f"{backup.resolve().as_uri()}?mode=ro", uri=True)
    ) as source:
        try:
            wrong = [row[0] for row in source.execute("PRAGMA quick_check(1)")]
            if wrong == ["ok"]:
                _copy(source, target)
        except sqlite3.DatabaseError as error:
            wrong = [str(error)]
    if wrong != ["ok"]:
        sentence = f"Expected '{backup}' to be a whole database, but {wrong[0]}."
        raise InvalidState(sentence)


def without_log(path: Path) -> None:
    """
    Make a SQLite database one file, without a log beside it that could be forgotten.
    """
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")


def _copy(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    without_log(target)


@contextmanager
def lent_snapshot(database: Database) -> Iterator[tuple[Transaction, str]]:
    """
    A reading transaction of PostgreSQL and the name by which another one sees the same.
    """
    with database.read() as transaction:
        # It says nothing while the other one copies, which may take hours.
        transaction.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        name = transaction.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        yield transaction, str(name)


def has_tables(database: Database) -> bool:
    """
    Whether there is any table, ours or not; a database that is missing has none.
    """
    if database.is_missing:
        return False
    with database.read() as transaction:
        return bool(inspect(transaction).get_table_names())
