"""
The floor: the rows that the product writes for a command, by the bare driver.

One real review is made, and what each of its commands changed is looked up in the
tables; clones of that are written in one transaction per command, by plain INSERT and
UPDATE statements, without an engine, a rule or a query.
"""

import hashlib
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from sqlalchemy import text

from approval_engine.executor.runtime import Runtime
from approval_engine.store.schema import METADATA, SQLITE_ONLY
from benchmarks.places import plain

WORKFLOW = 70_000_000
TASK = 80_000_000
QUOTE = 90_000_000
"""Numbers of the review that is recorded: they occur nowhere else in its rows."""

_STEP = 100
"""How far apart the task numbers of two clones are."""

_NUMBER = re.compile(r"[789]0{4}\d{3}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """
    One plain statement and the rows that it writes.
    """

    sql: str
    rows: tuple[tuple[object, ...], ...]


Rows = dict[str, dict[tuple[object, ...], dict[str, object]]]
"""Everything in a database: rows by key, by table."""


def start_numbers(runtime: Runtime, behind: int = 0) -> None:
    """
    Let the next workflow and the next task have the numbers that clones replace.

    Or those that lie so far behind them.
    """
    workflow, task = WORKFLOW + behind, TASK + behind
    with runtime.database.begin() as transaction:
        if runtime.database.is_sqlite:
            numbers = {"workflow": workflow, "task": task}
            update = "UPDATE counter SET workflow = :workflow, task = :task"
            transaction.execute(text(update), numbers)
            return
        for name, number in (("workflow", workflow), ("task", task)):
            restart = f"ALTER SEQUENCE {name}_number RESTART WITH {number}"
            transaction.execute(text(restart))


def rows_of(runtime: Runtime) -> Rows:
    """
    Everything that commands write to.
    """
    with runtime.database.read() as transaction:
        tables = [*METADATA.sorted_tables]
        tables += SQLITE_ONLY.sorted_tables if runtime.database.is_sqlite else []
        return {
            table.name: {
                tuple(row[column] for column in table.primary_key): {
                    column.name: row[column] for column in table.c
                }
                for row in transaction.execute(table.select()).mappings()
            }
            for table in tables
        }


def writes_between(before: Rows, after: Rows, mark: str) -> list[Write]:
    """
    The plain statements that lead from one to the other; `mark` is the driver's.
    """
    found: list[Write] = []
    for table, rows in after.items():
        new = [row for key, row in rows.items() if key not in before[table]]
        if new:
            marks = ", ".join([mark] * len(new[0]))
            sql = f"INSERT INTO {table} ({', '.join(new[0])}) VALUES ({marks})"  # noqa: S608 ours
            found.append(Write(sql=sql, rows=tuple(tuple(row.values()) for row in new)))
        for key, row in rows.items():
            old = before[table].get(key, row)
            changed = {name: v for name, v in row.items() if v != old[name]}
            if changed:
                found.append(_update(table, row, changed, key, mark))
    return found


def _update(
    table: str,
    row: Mapping[str, object],
    changed: Mapping[str, object],
    key: tuple[object, ...],
    mark: str,
) -> Write:
    columns = ", ".join(f"{name} = {mark}" for name in changed)
    where = f" WHERE id = {mark}" if "id" in row else ""
    sql = f"UPDATE {table} SET {columns}{where}"  # noqa: S608 ours
    return Write(sql=sql, rows=((*changed.values(), *key),))


class Floor:
    """
    Writes clones of what was recorded; `shared` are hashes that all clones have.
    """

    def __init__(self, url: str, shared: frozenset[str]) -> None:
        self.shared = shared
        self.connection = connect(url)
        self.cursor = self.connection.cursor()
        self.prepared: dict[tuple[str, int], list[Write]] = {}

    def prepare(self, name: str, writes: list[Write], numbers: range) -> None:
        """
        Make the rows of all clones of one command, before anything is timed.
        """
        for number in numbers:
            clones = [
                Write(
                    sql=write.sql,
                    rows=tuple(self._clone(row, number) for row in write.rows),
                )
                for write in writes
            ]
            self.prepared[name, number] = clones

    def write(self, name: str, number: int) -> None:
        """
        One command's rows in one transaction.
        """
        if isinstance(self.connection, sqlite3.Connection):
            self.cursor.execute("BEGIN IMMEDIATE")
        for write in self.prepared[name, number]:
            if len(write.rows) > 1:
                self.cursor.executemany(write.sql, write.rows)
            else:
                self.cursor.execute(write.sql, write.rows[0])
        self.connection.commit()

    def _clone(self, row: tuple[object, ...], number: int) -> tuple[object, ...]:
        return tuple(self._value(part, number) for part in row)

    def _value(self, value: object, number: int) -> object:
        if isinstance(value, bytes):
            return self._text(value.decode(), number).encode()
        if isinstance(value, str):
            return self._text(value, number)
        if isinstance(value, int) and value >= WORKFLOW:
            return _renumbered(value, number)
        return value

    def _text(self, value: str, number: int) -> str:
        found = _NUMBER.sub(lambda m: str(_renumbered(int(m[0]), number)), value)
        return _HASH.sub(lambda m: self._hash(m[0], number), found)

    def _hash(self, value: str, number: int) -> str:
        if value in self.shared:
            return value
        return hashlib.sha256(f"{value}{number}".encode()).hexdigest()


def _renumbered(value: int, number: int) -> int:
    return value + (number + 1) * (_STEP if TASK <= value < QUOTE else 1)


def connect(url: str) -> sqlite3.Connection | psycopg.Connection:
    """
    The bare driver, as durable as the product.
    """
    if not url.startswith("sqlite"):
        return psycopg.connect(plain(url))
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
