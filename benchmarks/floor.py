"""
The floor: the rows that the product writes for a command, by the bare driver.

One real review is recorded, statement by statement; its clones are written in one
transaction per command, without an engine, a rule or a query.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import event, text

from approval_engine.executor.runtime import Runtime
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
    One statement of the product with all rows that it wrote.
    """

    sql: str
    many: bool
    rows: tuple[object, ...]


def start_numbers(runtime: Runtime) -> None:
    """
    Let the next workflow and the next task have the numbers that clones replace.
    """
    with runtime.database.begin() as transaction:
        if runtime.database.is_sqlite:
            numbers = {"workflow": WORKFLOW, "task": TASK}
            update = "UPDATE counter SET workflow = :workflow, task = :task"
            transaction.execute(text(update), numbers)
            return
        for name, number in (("workflow", WORKFLOW), ("task", TASK)):
            restart = f"ALTER SEQUENCE {name}_number RESTART WITH {number}"
            transaction.execute(text(restart))


@contextmanager
def recorded(runtime: Runtime) -> Iterator[list[Write]]:
    """
    Collects every statement that writes, as the driver gets it.
    """
    writes: list[Write] = []

    def note(*arguments: object) -> None:
        _, _, sql, parameters, _, many = arguments
        if not str(sql).lstrip().startswith(("SELECT", "BEGIN")):
            rows = tuple(parameters) if many else (parameters,)
            writes.append(Write(sql=str(sql), many=bool(many), rows=rows))

    event.listen(runtime.database.engine, "before_cursor_execute", note)
    yield writes
    event.remove(runtime.database.engine, "before_cursor_execute", note)


class Floor:
    """
    Writes clones of what was recorded; `shared` are hashes that all clones have.
    """

    def __init__(self, url: str, shared: frozenset[str]) -> None:
        self.shared = shared
        self.connection = _connect(url)
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
                    many=write.many,
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
            if write.many:
                self.cursor.executemany(write.sql, write.rows)
            else:
                self.cursor.execute(write.sql, write.rows[0])
            if self.cursor.description:
                self.cursor.fetchall()
        self.connection.commit()

    def _clone(self, row: object, number: int) -> object:
        if isinstance(row, Mapping):
            return {name: self._value(part, number) for name, part in row.items()}
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


def _connect(url: str) -> sqlite3.Connection | psycopg.Connection:
    if not url.startswith("sqlite"):
        return psycopg.connect(plain(url))
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
