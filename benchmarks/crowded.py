"""
A database with very many open reviews, of the rows that the product itself wrote.

Some reviews are submitted by the product, each for other people at another hour. All
that it wrote for each is then written again under other numbers, and every document
under the hash of what it says then; only the chain of the events is not made anew.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from psycopg import sql
from sqlalchemy import Table, text

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake
from approval_engine.store.database import Database, Transaction
from approval_engine.store.schema import METADATA
from benchmarks import floor, world

TEAMS = 10
"""So many managers with a submitter each: one of them has a tenth of their tasks."""

SEATS = 2
"""Open tasks of each review: one of the manager, one of the pool of finance."""

ADMIN, SEVERAL, NOBODY = "ada", "fay", "nina"
"""Who sees everything, who is in five roles, and whom nothing waits for."""

_BATCH = 2000
_STRIDE = 100
_NUMBER = re.compile(r"[789]0{4}\d{3}")
_HASH = re.compile(r"[0-9a-f]{64}")

_SHA256_LENGTH = 64

Row = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """
    What one submit wrote: its rows by table, documents first.
    """

    tables: tuple[tuple[Table, tuple[Row, ...]], ...]
    own: frozenset[str]


def crowd(url: str, tasks: int) -> Runtime:
    """
    A company with so many open tasks; the people are m0, m1, … and s0, s1, ….
    """
    runtime = world.found(url, world.deal_desk())
    intake.import_directory(runtime, world.document(_directory()))
    floor.start_numbers(runtime)
    reviews = [_recorded(runtime, team) for team in range(TEAMS)]
    copies = tasks // SEATS // TEAMS - 1
    for team, review in enumerate(reviews):
        _copy(runtime, review, range(team, copies * TEAMS + team, TEAMS))
    _look_at_it(runtime.database)
    runtime.database.close()
    return world.open_runtime(url)


def _recorded(runtime: Runtime, team: int) -> Review:
    number = floor.QUOTE + team
    quote = world.quote(number, submitted_by=f"s{team}", account=f"Account {team}")
    before = _keys(runtime)
    # Nobody works at one instant: each team was asked at another hour.
    earlier = Runtime(
        database=runtime.database, clock=lambda: world.NOW - timedelta(hours=team)
    )
    world.import_quotes(earlier, [quote])
    submit(earlier, f"Q-{number}", Caller(actor=f"s{team}", channel="bench"))
    written = floor.rows_of(runtime)
    tables = tuple(
        (table, tuple(rows))
        for table in METADATA.sorted_tables
        if (rows := _new(written[table.name], before[table.name]))
    )
    own = {
        str(row["sha256"])
        for table, rows in tables
        if table.name == "document"
        for row in rows
        if _NUMBER.search(_body(row))
    }
    kept = tuple((table, _without_shared(table, rows, own)) for table, rows in tables)
    return Review(tables=kept, own=frozenset(own))


def _directory() -> dict[str, object]:
    managers = [f"m{team}" for team in range(TEAMS)]
    roles = {
        "manager": managers,
        "finance": ["fiona", "fred", SEVERAL],
        "director": ["dana", SEVERAL],
        "cfo": ["carl", SEVERAL],
        "deal_desk": ["dora", SEVERAL],
        "legal": ["lena", SEVERAL],
        "admin": [ADMIN],
    }
    leads = {f"s{team}": f"m{team}" for team in range(TEAMS)}
    people = {NOBODY, *leads, *(each for members in roles.values() for each in members)}
    users = [
        {
            "id": person,
            "name": person.title(),
            "email": f"{person}@example.com",
            "manager": leads.get(person),
        }
        for person in sorted(people)
    ]
    return {"users": users, "roles": roles}


def _look_at_it(database: Database) -> None:
    """
    What a server of PostgreSQL does by itself, a minute after so many rows.
    """
    if not database.is_sqlite:
        with database.begin() as transaction:
            transaction.execute(text("ANALYZE"))


def _keys(runtime: Runtime) -> dict[str, frozenset[tuple[object, ...]]]:
    return {name: frozenset(rows) for name, rows in floor.rows_of(runtime).items()}


def _new(
    rows: Mapping[tuple[object, ...], Row], before: frozenset[tuple[object, ...]]
) -> list[Row]:
    return [row for key, row in rows.items() if key not in before]


def _without_shared(
    table: Table, rows: tuple[Row, ...], own: set[str]
) -> tuple[Row, ...]:
    if table.name != "document":
        return rows
    # Others refer to it: the quote says its number, the evaluation the quote's hash.
    return tuple(row for row in rows if row["sha256"] in own)


def _body(row: Row) -> str:
    body = row["body"]
    return body.decode() if isinstance(body, bytes) else str(body)


def _copy(runtime: Runtime, review: Review, numbers: Iterable[int]) -> None:
    copies = (_Copy(review.own, number) for number in numbers)
    for batch in _batches(copies):
        with runtime.database.begin() as transaction:
            for table, rows in review.tables:
                new = [copy.row(row) for copy in batch for row in rows]
                if new:
                    write_rows(transaction, table, new)


def write_rows(
    transaction: Transaction, table: Table, rows: list[dict[str, object]]
) -> None:
    """
    Add many rows, in the quickest way that the database has.
    """
    if transaction.dialect.name == "sqlite":
        transaction.execute(table.insert(), rows)
        return
    # A tenth of what as many INSERTs take.
    names = [str(column.name) for column in table.columns]
    cursor = transaction.connection.cursor()
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), columns
    )
    with cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def _batches(copies: Iterable["_Copy"]) -> Iterator[list["_Copy"]]:
    batch: list[_Copy] = []
    for copy in copies:
        batch.append(copy)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Copy:
    """
    The same review under other numbers.
    """

    def __init__(self, own: frozenset[str], number: int) -> None:
        self._own = own
        self._number = number
        self._hashes: dict[str, str] = {}

    def row(self, row: Row) -> dict[str, object]:
        """
        A row of it; those of the documents must be asked for first.
        """
        if "body" in row and "sha256" in row:
            body = self._text(_body(row)).encode()
            self._hashes[str(row["sha256"])] = hashlib.sha256(body).hexdigest()
        return {name: self._value(value) for name, value in row.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, bytes):
            return self._text(value.decode()).encode()
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int) and value >= floor.WORKFLOW:
            return self._renumbered(value)
        return value

    def _text(self, value: str) -> str:
        if "0000" in value:
            value = _NUMBER.sub(lambda m: str(self._renumbered(int(m[0]))), value)
        if len(value) >= _SHA256_LENGTH:
            value = _HASH.sub(lambda m: self._hash(m[0]), value)
        return value

    def _hash(self, value: str) -> str:
        return self._hashes.get(value, value)

    def _renumbered(self, value: int) -> int:
        return value + (self._number + 1) * _STRIDE
