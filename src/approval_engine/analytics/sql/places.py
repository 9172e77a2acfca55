"""
Where quotes lie: a Parquet or CSV file, which DuckDB reads, or a table of a database.

Nothing is copied and nothing is written there.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Connection,
    Date,
    Engine,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    literal,
    table,
    text,
)
from sqlalchemy import column as named
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType, TypeEngine

from approval_engine.analytics.sql.facts import Columns
from approval_engine.errors import InvalidInput
from approval_engine.policy.model import InputType
from approval_engine.policy.reading.words import snake

VIEW = "quotes_there"

_OPTIONS = {
    # Nothing may be fetched from anywhere because a file asks for it.
    "autoinstall_known_extensions": "false",
    "memory_limit": "512MB",
}
_KINDS: Mapping[str, TypeEngine[Any]] = {
    "BIGINT": BigInteger(),
    "BOOLEAN": Boolean(),
    "DATE": Date(),
    "DOUBLE": Float(),
    "FLOAT": Float(),
    "INTEGER": Integer(),
    "SMALLINT": Integer(),
    "TINYINT": Integer(),
    "UINTEGER": Integer(),
    "VARCHAR": String(),
    "VARCHAR[]": ARRAY(String),
}
# The same files as without DuckDB, which would guess what separates and quotes.
_CSV = (
    "read_csv(:path, all_varchar = true, header = true, delim = ',', quote = '\"',"
    " escape = '\"', comment = '', skip = 0, strict_mode = true)"
)
_SURE = frozenset({"postgresql", "duckdb"})
"""Where texts and numbers compare as they do here, which tests show."""

# A text that is no number of a quote becomes one that is too large for any policy.
_CELLS: Mapping[InputType, str] = {
    InputType.NUMBER: (
        "CASE WHEN {0} IS NULL THEN NULL"
        " WHEN regexp_full_match({0}, '-?[0-9]{{1,16}}([.][0-9]{{1,6}})?')"
        " THEN CAST({0} AS DECIMAL(22, 6)) ELSE 9999999999999999 END"
    ),
    InputType.BOOLEAN: (
        "CASE WHEN {0} IS NULL THEN NULL WHEN lower({0}) IN ('true', 'false')"
        " THEN CAST(lower({0}) AS BOOLEAN)"
        " ELSE error('Expected true or false, but got ' || {0}) END"
    ),
    InputType.DATE: (
        "CASE WHEN {0} IS NULL THEN NULL"
        " WHEN regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
        " THEN CAST({0} AS DATE)"
        " ELSE error('Expected a date as 2026-03-31, but got ' || {0}) END"
    ),
    InputType.LIST: (
        "CASE WHEN {0} IS NULL THEN []::VARCHAR[] ELSE"
        " list_transform(string_split({0}, ';'), lambda part: trim(part)) END"
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Place:
    """
    An open connection to where quotes lie, and their columns there.
    """

    connection: Connection
    columns: Columns


@contextmanager
def of_file(path: Path, types: Mapping[str, InputType]) -> Iterator[Place]:
    """
    A file by its ending; `types` are those of the inputs that its columns may be.

    Raises InvalidInput if it cannot be read, or where DuckDB is not installed.
    """
    for module in ("duckdb", "duckdb_engine"):
        if find_spec(module) is None:
            sentence = f"Expected '{module}'; install the extra 'warehouse'."
            raise InvalidInput(sentence)
    engine = create_engine("duckdb:///:memory:", connect_args={"config": _OPTIONS})
    with _connected(engine, str(path)) as connection:
        if path.suffix.lower() == ".csv":
            reader = _CSV
        else:
            reader = "read_parquet(:path, hive_partitioning = false)"
        place = literal(exactly(path)).compile(
            dialect=engine.dialect, compile_kwargs={"literal_binds": True}
        )
        source = reader.replace(":path", str(place))
        names = _described(connection, source)
        if path.suffix.lower() == ".csv":
            source = f"(SELECT {_cells(names, types)} FROM {source})"  # noqa: S608 quoted
        connection.exec_driver_sql(f"CREATE VIEW {VIEW} AS FROM {source}")
        kinds = _described(connection, VIEW)
        there = table(VIEW, *(named(n, _kind(kind)) for n, kind in kinds.items()))
        yield Place(connection=connection, columns={snake(c.name): c for c in there.c})


@contextmanager
def of_table(url: str, name: str) -> Iterator[Place]:
    """
    A table or view of a database, which is only read. Raises InvalidInput.
    """
    schema, _, bare = name.rpartition(".")
    try:
        engine = create_engine(url)
    except (SQLAlchemyError, ImportError) as error:
        raise InvalidInput(f"Expected the address of a database, but {error}") from None
    if engine.dialect.name not in _SURE:
        sentence = (
            f"Expected a table of PostgreSQL or DuckDB, but {engine.dialect.name}"
            " may compare texts and numbers otherwise."
        )
        raise InvalidInput(sentence)
    with _connected(engine, name) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION READ ONLY"))
        there = Table(bare, MetaData(), schema=schema or None, autoload_with=connection)
        yield Place(connection=connection, columns={snake(c.name): c for c in there.c})


@contextmanager
def _connected(engine: Engine, where: str) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
            connection.rollback()
    except SQLAlchemyError as error:
        # The words of the driver, without the statement and where to read on.
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        sentence = f"Expected to read the quotes in '{where}', but {reason[0]}"
        raise InvalidInput(sentence) from None
    finally:
        engine.dispose()


def _described(connection: Connection, source: str) -> dict[str, str]:
    rows = connection.exec_driver_sql(f"DESCRIBE FROM {source}").all()
    return {str(row[0]): str(row[1]) for row in rows}


def _kind(kind: str) -> TypeEngine[Any]:
    if kind.startswith("DECIMAL("):
        precision, scale = kind[8:-1].split(",")
        return Numeric(int(precision), int(scale))
    return _KINDS.get(kind, NullType())


def _cells(names: Mapping[str, str], types: Mapping[str, InputType]) -> str:
    found = []
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        kind = types.get(snake(name), InputType.STRING)
        kind = InputType.NUMBER if kind is InputType.MONEY else kind
        cell = quoted
        if kind in _CELLS:
            cell = _CELLS[kind].format(quoted)
        elif name == "revision":
            cell = f"CAST({quoted} AS INTEGER)"
        found.append(f"{cell} AS {quoted}")
    return ", ".join(found)


def exactly(path: Path) -> str:
    """
    A path as DuckDB takes it for that one file.
    """
    # DuckDB would take a name with such signs for a pattern of many files.
    whole = str(path.absolute())
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in whole)
