"""
A statement with its text made once per kind of database.

What is saved is the look-up and binding of each run, which take longer than SQLite
takes to write the row. To PostgreSQL all rows of an insert travel as one JSON text, not
as a message each, and what need not be known at once travels with what comes after it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import orjson
from sqlalchemy import CompoundSelect, Dialect, Insert, Select, Table, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.dml import ReturningUpdate

from approval_engine.errors import Refused
from approval_engine.store.database import Transaction
from approval_engine.store.sending import Statement, Values, send, write

Row: TypeAlias = Mapping[str, object]
"""One row to write: the value of each column or parameter, by its name."""

_Query: TypeAlias = Select[Any] | CompoundSelect[Any] | ReturningUpdate[Any]

_Bind: TypeAlias = Callable[[Sequence[Row]], tuple[str, Sequence[Values]]]
"""Rows → the text for a driver, and the values of each run of it."""


_made: list["Prepared | Question"] = []
"""All there are: modules make theirs once, and `numbers` one for each set of kinds."""


def make_ready(dialect: Dialect) -> None:
    """
    Make the text of every statement known by now, before somebody waits for it.
    """
    for each in _made:
        each.ready(dialect)


class Prepared:
    """
    A write for every kind of database. It binds texts, whole numbers and bytes.
    """

    def __init__(
        self, make: Callable[[Dialect], _Bind], *, inserts: bool = False
    ) -> None:
        self._make = make
        self._inserts = inserts
        self._bind: dict[str, _Bind] = {}
        _made.append(self)

    def ready(self, dialect: Dialect) -> _Bind:
        """
        Make the text for this kind of database, once.
        """
        if dialect.name not in self._bind:
            self._bind[dialect.name] = self._make(dialect)
        return self._bind[dialect.name]

    def run(self, transaction: Transaction, rows: Sequence[Row]) -> int:
        """
        Write the rows in one statement, if any; how many the database counted.
        """
        if not rows:
            return 0
        sql, runs = self.ready(transaction.dialect)(rows)
        (cursor,) = send(transaction, Statement(sql=sql, runs=runs))
        counted: int = cursor.rowcount
        return counted

    def later(
        self,
        transaction: Transaction,
        rows: Sequence[Row],
        unmet: Refused | None = None,
    ) -> None:
        """
        Write the rows before anything else is asked, at the latest with the commit.

        `unmet` is raised then if the database counted another number of them.
        """
        if rows:
            sql, runs = self.ready(transaction.dialect)(rows)
            joined = self._inserts and transaction.dialect.name == "postgresql"
            write(
                transaction,
                Statement(
                    sql=sql, runs=runs, wanted=len(rows), unmet=unmet, joined=joined
                ),
            )


class Question:
    """
    A query for every kind of database, of texts, whole numbers and bytes.
    """

    def __init__(self, query: _Query) -> None:
        self._query = query
        self._bind: dict[str, _Bind] = {}
        fields = [(str(name), Any) for name in query.exported_columns.keys()]  # noqa: SIM118 a collection of its own
        self._row: Any = NamedTuple("Row", fields)  # type: ignore[misc] # made of the query
        _made.append(self)

    def ready(self, dialect: Dialect) -> _Bind:
        """
        Make the text for this kind of database, once.
        """
        if dialect.name not in self._bind:
            self._bind[dialect.name] = _texts(self._query, dialect)
        return self._bind[dialect.name]

    def ask(self, transaction: Transaction, values: Row) -> list[Any]:
        """
        The rows that these values find, with a field for each column.
        """
        return ask(transaction, (self, values))[0]

    def statement(self, dialect: Dialect, values: Row) -> Statement:
        """
        What the driver is to run.
        """
        sql, runs = self.ready(dialect)((values,))
        return Statement(sql=sql, runs=runs)

    def rows(self, cursor: Any) -> list[Any]:  # noqa: ANN401 the driver's own
        """
        What a cursor holds that ran it.
        """
        return list(map(self._row._make, cursor.fetchall()))


Asked: TypeAlias = tuple[Question, Row]
"""A question and its values."""


def ask(transaction: Transaction, *questions: Asked) -> tuple[list[Any], ...]:
    """
    The rows that answer each question, in order; PostgreSQL is asked all at once.

    Each sees what was committed when its turn came, after the ones before it.
    """
    dialect = transaction.dialect
    asked = [question.statement(dialect, values) for question, values in questions]
    cursors = send(transaction, *asked)
    return tuple(
        question.rows(cursor)
        for (question, _), cursor in zip(questions, cursors, strict=True)
    )


def insert(table: Table) -> Prepared:
    """
    An insert of whole rows.
    """
    return Prepared(partial(_insert, table, ""), inserts=True)


def insert_missing(table: Table) -> Prepared:
    """
    An insert that leaves a row that is already there as it is.
    """
    return Prepared(partial(_insert, table, " ON CONFLICT DO NOTHING"), inserts=True)


def change(statement: Update) -> Prepared:
    """
    An update; its rows are the parameters that it names.
    """
    return Prepared(partial(_texts, statement))


def _insert(table: Table, otherwise: str, dialect: Dialect) -> _Bind:
    if dialect.name == "postgresql":
        name = table.name
        rows = f"json_populate_recordset(NULL::{name}, %(rows)s::json)"
        return partial(_json, f"INSERT INTO {name} SELECT * FROM {rows}{otherwise}")  # noqa: S608 our table
    statement = sqlite.insert(table)
    return _texts(
        statement.on_conflict_do_nothing() if otherwise else statement, dialect
    )


def _json(sql: str, rows: Sequence[Row]) -> tuple[str, Sequence[Values]]:
    text = orjson.dumps(rows, default=_hex).decode()
    return sql, ({"rows": text},)


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError


def _texts(statement: Insert | Update | _Query, dialect: Dialect) -> _Bind:
    keys = list(statement.table.c.keys()) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    fixed = {
        name: bind.value
        for bind, name in compiled.bind_names.items()
        if not bind.required
    }
    return partial(_named, str(compiled), fixed, compiled.positiontup)


def _named(
    sql: str, fixed: Row, places: Sequence[str] | None, rows: Sequence[Row]
) -> tuple[str, Sequence[Values]]:
    named = [{**row, **fixed} for row in rows] if fixed else rows
    if places is None:
        return sql, named
    return sql, [tuple([row[name] for name in places]) for row in named]
