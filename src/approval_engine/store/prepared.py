"""
A statement that writes, with its text made once per kind of database.

SQLAlchemy still runs it, tells who listens and translates errors. What is saved is the
look-up and binding of each run, which take longer than SQLite takes to write the row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Dialect, Insert, Table, Update
from sqlalchemy.dialects import postgresql, sqlite

from approval_engine.store.database import Transaction

Row = Mapping[str, object]
"""One row to write: the value of each column or parameter, by its name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    sql: str
    names: tuple[str, ...]
    fixed: Row
    positional: bool

    def bind(self, row: Row) -> tuple[object, ...] | dict[str, object]:
        if self.positional:
            return tuple(
                self.fixed[name] if name in self.fixed else row[name]
                for name in self.names
            )
        return {**row, **self.fixed}


class Prepared:
    """
    One statement; `others` where a kind of database wants another one.

    An insert without values takes all columns of its table. Only texts, whole numbers
    and bytes are bound.
    """

    def __init__(self, statement: Insert | Update, **others: Insert) -> None:
        kinds = ("sqlite", "postgresql")
        self._statements = {kind: others.get(kind, statement) for kind in kinds}
        self._texts: dict[str, _Text] = {}

    def run(self, transaction: Transaction, rows: Sequence[Row]) -> int:
        """
        Write the rows in one statement; how many the database counted.
        """
        if not rows:
            return 0
        text = self._texts.get(transaction.dialect.name)
        if text is None:
            text = self._compile(transaction.dialect)
        if len(rows) == 1:
            result = transaction.exec_driver_sql(text.sql, text.bind(rows[0]))
        else:
            bound = [text.bind(row) for row in rows]
            result = transaction.exec_driver_sql(text.sql, bound)
        return result.rowcount

    def _compile(self, dialect: Dialect) -> _Text:
        statement = self._statements[dialect.name]
        columns = list(statement.table.c.keys())
        keys = columns if isinstance(statement, Insert) else None
        compiled = statement.compile(dialect=dialect, column_keys=keys)
        binds = [(name, bind) for bind, name in compiled.bind_names.items()]
        self._texts[dialect.name] = text = _Text(
            sql=str(compiled),
            names=tuple(compiled.positiontup or compiled.params),
            fixed={name: bind.value for name, bind in binds if not bind.required},
            positional=compiled.positional,
        )
        return text


def insert_missing(table: Table) -> Prepared:
    """
    An insert that leaves a row that is already there as it is.
    """
    return Prepared(
        sqlite.insert(table).on_conflict_do_nothing(),
        postgresql=postgresql.insert(table).on_conflict_do_nothing(),
    )
