"""
Where quotes lie: a Parquet or CSV file, which DuckDB reads, or a table of a database.

Nothing is copied and nothing is written there.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
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
    table,
    text,
)
from sqlalchemy import column as named
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.types import NullType, TypeEngine

from approval_engine.analytics.sql.facts import UNFIT, Columns
from approval_engine.documents.document import placed
from approval_engine.errors import DocumentError, StorageError, WrongOption
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
_PARQUET = "read_parquet({path}, hive_partitioning = false)"
# The same files as without DuckDB, which would guess what separates and quotes.
_CSV = (
    "read_csv({path}, auto_detect = false, columns = {{{columns}}}, header = true,"
    " delim = ',', quote = '\"', escape = '\"', comment = '', skip = 0,"
    " strict_mode = true)"
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
        "CASE WHEN lower({0}) IN ('true', 'false') THEN CAST(lower({0}) AS BOOLEAN) END"
    ),
    InputType.DATE: (
        "CASE WHEN regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
        " THEN TRY_CAST({0} AS DATE) END"
    ),
    InputType.LIST: (
        "CASE WHEN {0} IS NULL THEN []::VARCHAR[] ELSE list_filter(list_transform("
        "string_split({0}, ';'), lambda part: trim(part, ' \t')),"
        " lambda part: part <> '') END"
    ),
}
_NULLS = frozenset({InputType.BOOLEAN, InputType.DATE})
"""Of these a cell that is none becomes null, and its row is told from others."""

_REVISION = (
    "CASE WHEN {0} IS NULL THEN 1 WHEN regexp_full_match({0}, '[0-9]{{1,9}}')"
    " THEN CAST({0} AS INTEGER) ELSE 0 END"
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Place:
    """
    An open connection to where quotes lie, and their columns there.
    """

    connection: Connection
    columns: Columns


@contextmanager
def of_parquet(path: Path) -> Iterator[Place]:
    """
    A Parquet file, which was found to be one.

    Raises DocumentError if it cannot be read, WrongOption where DuckDB is missing.
    """
    with _duckdb(path) as connection:
        yield _viewed(connection, _PARQUET.format(path=_quoted(path)))


@contextmanager
def of_csv(
    path: Path, heading: Sequence[str], types: Mapping[str, InputType]
) -> Iterator[Place]:
    """
    A CSV file with that heading; `types` are those of the inputs that columns may be.

    Raises DocumentError if it cannot be read, WrongOption where DuckDB is missing.
    """
    with _duckdb(path) as connection:
        columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in heading)
        source = _CSV.format(path=_quoted(path), columns=columns)
        cells = _cells(heading, types)
        yield _viewed(connection, f"(SELECT {cells} FROM {source})")  # noqa: S608 quoted


@contextmanager
def of_table(url: str, name: str) -> Iterator[Place]:
    """
    A table or view of a database, which is only read.

    Raises WrongOption if there is none, StorageError if its database is away.
    """
    schema, _, bare = name.rpartition(".")
    try:
        engine = create_engine(url)
    except (SQLAlchemyError, ImportError, ValueError):
        # Their words would show the password in it.
        sentence = (
            "Expected the address of a database, such as"
            " postgresql+psycopg://USER@HOST/NAME, whose driver is installed."
        )
        raise WrongOption(sentence) from None
    if engine.dialect.name not in _SURE:
        sentence = (
            f"Expected a table of PostgreSQL or DuckDB, but {engine.dialect.name}"
            " may compare texts and numbers otherwise."
        )
        raise WrongOption(sentence)
    with _disposed(engine):
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            sentence = f"The database of table '{name}' cannot be reached"
            raise StorageError(f"{sentence}: {_words(error)}") from None
        try:
            with connection:
                yield _table_in(connection, bare, schema or None)
        except OperationalError as error:
            sentence = f"The database of table '{name}' does not answer"
            raise StorageError(f"{sentence}: {_words(error)}") from None
        except SQLAlchemyError as error:
            sentence = f"Expected to read the quotes in '{name}', but {_words(error)}"
            raise WrongOption(sentence) from None


def _table_in(connection: Connection, name: str, schema: str | None) -> Place:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION READ ONLY"))
    there = Table(name, MetaData(), schema=schema, autoload_with=connection)
    columns = {snake(each.name): each for each in there.c}
    if len(columns) < len(there.c):
        names = ", ".join(each.name for each in there.c)
        sentence = (
            f"Expected columns of names that differ in '{name}', but got {names}."
        )
        raise WrongOption(sentence)
    return Place(connection=connection, columns=columns)


@contextmanager
def _duckdb(path: Path) -> Iterator[Connection]:
    for module in ("duckdb", "duckdb_engine"):
        if find_spec(module) is None:
            sentence = f"Expected '{module}'; install the extra 'warehouse'."
            raise WrongOption(sentence)
    with TemporaryDirectory() as aside:
        # Else what memory does not hold would lie in the folder one works in.
        config = {**_OPTIONS, "temp_directory": aside}
        engine = create_engine("duckdb:///:memory:", connect_args={"config": config})
        with _disposed(engine), _read(path, engine) as connection:
            yield connection


@contextmanager
def _read(path: Path, engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        sentence = f"Expected quotes that DuckDB reads, but {_words(error)}"
        raise DocumentError(placed(str(path), 1, "", "syntax", sentence)) from None


@contextmanager
def _disposed(engine: Engine) -> Iterator[None]:
    try:
        yield
    finally:
        engine.dispose()


def _words(error: SQLAlchemyError) -> str:
    """
    The words of the driver, without the statement and where to read on.
    """
    words = str(getattr(error, "orig", None) or error).strip()
    return (words or type(error).__name__).splitlines()[0]


def _viewed(connection: Connection, source: str) -> Place:
    connection.exec_driver_sql(f"CREATE VIEW {VIEW} AS FROM {source}")
    kinds = _described(connection, VIEW)
    there = table(VIEW, *(named(n, _kind(kind)) for n, kind in kinds.items()))
    return Place(connection=connection, columns={snake(c.name): c for c in there.c})


def _quoted(value: Path | str) -> str:
    """
    A path or a name as DuckDB reads it between quotes.
    """
    text = value if isinstance(value, str) else exactly(value)
    return "'" + text.replace("'", "''") + "'"


def _described(connection: Connection, source: str) -> dict[str, str]:
    rows = connection.exec_driver_sql(f"DESCRIBE FROM {source}").all()
    return {str(row[0]): str(row[1]) for row in rows}


def _kind(kind: str) -> TypeEngine[Any]:
    if kind.startswith("DECIMAL("):
        precision, scale = kind[8:-1].split(",")
        return Numeric(int(precision), int(scale))
    return _KINDS.get(kind, NullType())


def _cells(names: Sequence[str], types: Mapping[str, InputType]) -> str:
    found = []
    for name in names:
        quoted = _named(name)
        kind = types.get(snake(name), InputType.STRING)
        kind = InputType.NUMBER if kind is InputType.MONEY else kind
        if name == "revision":
            cell = _REVISION.format(quoted)
        else:
            cell = _CELLS.get(kind, "{0}").format(quoted)
        found.append(f"{cell} AS {quoted}")
        if kind in _NULLS:
            mark = _named(f"{snake(name)}{UNFIT}")
            found.append(f"{quoted} IS NOT NULL AND {cell} IS NULL AS {mark}")
    return ", ".join(found)


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def exactly(path: Path) -> str:
    """
    A path as DuckDB takes it for that one file.
    """
    # DuckDB would take a name with such signs for a pattern of many files.
    whole = str(path.absolute())
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in whole)
