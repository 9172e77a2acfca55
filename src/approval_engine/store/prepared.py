"""
A statement that writes, with its text made once per kind of database.

SQLAlchemy still runs it, tells who listens and translates errors. What is saved is the
look-up and binding of each run, which take longer than SQLite takes to write the row.
To PostgreSQL all rows of an insert travel as one JSON text, not as a message each.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Dialect, Insert, Table, Update
from sqlalchemy.dialects import sqlite

from approval_engine.store.database import Transaction

Row: TypeAlias = Mapping[str, object]
"""One row to write: the value of each column or parameter, by its name."""

_Run: TypeAlias = Callable[[Transaction, Sequence[Row]], int]


class Prepared:
    """
    One statement for every kind of database. It binds texts, whole numbers and bytes.
    """

    def __init__(self, make: Callable[[Dialect], _Run]) -> None:
        self._make = make
        self._made: dict[str, _Run] = {}

    def run(self, transaction: Transaction, rows: Sequence[Row]) -> int:
        """
        Write the rows in one statement, if any; how many the database counted.
        """
        if not rows:
            return 0
        dialect = transaction.dialect
        if dialect.name not in self._made:
            self._made[dialect.name] = self._make(dialect)
        return self._made[dialect.name](transaction, rows)


def insert(table: Table) -> Prepared:
    """
    An insert of whole rows.
    """
    return Prepared(partial(_insert, table, ""))


def insert_missing(table: Table) -> Prepared:
    """
    An insert that leaves a row that is already there as it is.
    """
    return Prepared(partial(_insert, table, " ON CONFLICT DO NOTHING"))


def change(statement: Update) -> Prepared:
    """
    An update; its rows are the parameters that it names.
    """
    return Prepared(partial(_bound, statement))


def _insert(table: Table, otherwise: str, dialect: Dialect) -> _Run:
    if dialect.name == "postgresql":
        name = table.name
        rows = f"json_populate_recordset(NULL::{name}, %(rows)s::json)"
        return partial(_run_json, f"INSERT INTO {name} SELECT * FROM {rows}{otherwise}")  # noqa: S608 our table
    statement = sqlite.insert(table)
    return _bound(
        statement.on_conflict_do_nothing() if otherwise else statement, dialect
    )


def _run_json(sql: str, transaction: Transaction, rows: Sequence[Row]) -> int:
    text = orjson.dumps(rows, default=_hex).decode()
    return transaction.exec_driver_sql(sql, {"rows": text}).rowcount


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError


def _bound(statement: Insert | Update, dialect: Dialect) -> _Run:
    columns = list(statement.table.c.keys())
    keys = columns if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    fixed = {
        name: bind.value
        for bind, name in compiled.bind_names.items()
        if not bind.required
    }
    return partial(_run_bound, str(compiled), fixed, compiled.positiontup)


def _run_bound(
    sql: str,
    fixed: Row,
    names: Sequence[str] | None,
    transaction: Transaction,
    rows: Sequence[Row],
) -> int:
    bound: list[Any] = [{**row, **fixed} for row in rows]
    if names is not None:
        bound = [tuple([row[name] for name in names]) for row in bound]
    given = bound[0] if len(bound) == 1 else bound
    return transaction.exec_driver_sql(sql, given).rowcount
