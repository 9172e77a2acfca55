"""
A Parquet file → its rows as DuckDB reads them, a few at a time.

Numbers are exact or refused: a column of floating point has no exact value to judge by.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approval_engine.analytics.sql.places import exactly
from approval_engine.documents import JsonValue
from approval_engine.documents.document import placed
from approval_engine.errors import DocumentError, WrongOption
from approval_engine.operations.quote_csv import must_name_once

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 5_000
"""So many rows are fetched at once."""

MEMORY = "512MB"
"""What DuckDB may use; beyond that it writes to a folder of its own."""

_INEXACT = ("FLOAT", "DOUBLE", "TIMESTAMP", "TIME", "BLOB", "INTERVAL", "MAP", "UNION")


# A folder named `region=EMEA` is no column of its files.
_READ = "FROM read_parquet(?, hive_partitioning = false)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """
    A table of quotes in a file.
    """

    path: Path
    rows: int

    def read(self) -> Iterator[dict[str, JsonValue]]:
        """
        The rows in the order of the file, each by the names of its columns.
        """
        with connected() as connection:
            found = connection.execute(_READ, [exactly(self.path)])
            names = [str(each[0]) for each in found.description or ()]
            while rows := found.fetchmany(AT_ONCE):
                for row in rows:
                    yield dict(zip(names, map(_value, row), strict=True))


def must_be_installed() -> None:
    """
    Raise WrongOption where DuckDB is not installed.
    """
    if find_spec("duckdb") is None:
        sentence = "Expected DuckDB to read this; install the extra 'warehouse'."
        raise WrongOption(sentence)


def connected() -> "DuckDBPyConnection":
    """
    A DuckDB of one's own in memory.
    """
    import duckdb

    # Nothing may be fetched from anywhere because a file asks for it.
    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "memory_limit": MEMORY,
        "preserve_insertion_order": "true",
        "threads": "2",
    }
    return duckdb.connect(":memory:", config=options)


def parquet(path: Path) -> Table:
    """
    A Parquet file, looked at. Raises DocumentError if it is none, or is not exact.
    """
    columns, rows = looked_at(path)
    for name, kind in columns.items():
        refuse_inexact(str(path), name, kind)
    return Table(path=path, rows=rows)


def looked_at(path: Path) -> tuple[dict[str, str], int]:
    """
    The columns of a Parquet file with their types, and how many rows it has.

    Raises DocumentError if it is none, or has a column twice.
    """
    must_be_installed()
    import duckdb

    with connected() as connection:
        place = [exactly(path)]

        def told(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query, place).fetchall()

        try:
            columns = told(f"DESCRIBE {_READ}")
            ((rows,),) = told(f"SELECT count(*) {_READ}")
            parts = told("SELECT name, num_children FROM parquet_schema(?)")
        except duckdb.Error as error:
            sentence = f"Expected a Parquet file, but {str(error).splitlines()[0]}"
            problem = placed(str(path), 1, "", "syntax", sentence)
            raise DocumentError(problem) from None
    # DuckDB gives a column that comes twice another name.
    must_name_once(str(path), _outermost(parts))
    return {str(name): str(kind) for name, kind, *_ in columns}, int(rows)


def _outermost(parts: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    """
    The names of columns among all parts of a schema, where parents come first.
    """
    within: list[int] = []
    for name, children in parts:
        if len(within) == 1:
            yield str(name)
        if within:
            within[-1] -= 1
        within += [children] if children else []
        while within and not within[-1]:
            within.pop()


def refuse_inexact(file: str, name: str, kind: str) -> None:
    """
    Raise DocumentError if a column cannot hold what a quote says exactly.
    """
    if any(word in kind for word in _INEXACT):
        sentence = (
            f"Expected column '{name}' of texts, whole numbers, DECIMAL, BOOLEAN, DATE"
            f" or lists of these, but got {kind}."
        )
        raise DocumentError(placed(file, 1, f"/{name}", "type", sentence))


def _value(value: Any) -> JsonValue:  # noqa: ANN401 what the driver found
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_value(each) for each in value]
    if isinstance(value, dict):
        return {str(k): _value(v) for k, v in value.items() if v is not None}
    found: JsonValue = value
    return found
