"""
A database URL → an engine of SQLAlchemy whose transactions are safe, or why not.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from approval_engine.errors import InvalidInput, StorageError
from approval_engine.store import patience
from approval_engine.store.sending import let_wait

SQLITE = "sqlite"
"""What SQLAlchemy calls it; all else that is supported is PostgreSQL."""

LOCK_WAIT_S = 10
"""How long a writer waits for its turn on SQLite, where all writers share one lock."""

ROW_WAIT_S = 5
"""How long a command waits on PostgreSQL for whoever is busy with the same workflow."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # NORMAL may lose the last commits on a power cut; a decision must not be lost.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {LOCK_WAIT_S * 1000}",
)

_SURE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
"""What the pragmas must have come to; some file systems refuse them in silence."""

# A client that stopped or vanished must not keep a workflow locked for long: the server
# ends its transaction, and finds out that nobody is at the other end any more.
_POSTGRES_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "lock_timeout": f"{ROW_WAIT_S}s",
        "idle_in_transaction_session_timeout": "30s",
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
    }.items()
)
_PREPARE = "prepare_threshold"
_POSTGRES_ARGUMENTS: dict[str, object] = {
    "application_name": "cpq",
    # A server that vanished must not keep us waiting for long either.
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# What stands between us and the server may have dropped our options.
_WRONG = (
    "SELECT name, setting FROM pg_settings"
    " WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'"
    " OR name IN ('lock_timeout', 'idle_in_transaction_session_timeout')"
    " AND setting = '0' ORDER BY name"
)

CONNECTIONS = 64
"""How many connections a process opens at most, unless it is told otherwise."""

_KEPT_OPEN = 16
"""So many of them stay open while nobody needs them."""


def url_of(url: str) -> URL:
    """
    An address with the driver that we use. Raises InvalidInput if it is none of ours.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        sentence = "Expected a database URL such as sqlite:///cpq.db, but it is none."
        raise InvalidInput(sentence) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != SQLITE:
        sentence = f"The database '{backend}' is not one of sqlite and postgresql."
        raise InvalidInput(sentence)
    return parsed


def engine_of(url: URL, connections: int) -> Engine:
    """
    The engine of a parsed address, which opens at most so many connections.

    Transactions of its option `reads_only` wait for nobody on SQLite. Connecting raises
    StorageError where the database would not keep what it confirms.
    """
    is_sqlite = url.get_backend_name() == SQLITE
    return (_sqlite if is_sqlite else _postgres)(url, connections)


def _sqlite(url: URL, connections: int) -> Engine:
    engine = _create(url, connections)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: object) -> None:  # noqa: ANN401 the driver's own
        # The driver's own transaction control starts late and upgrades locks.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        for name, wanted in _SURE.items():
            (found,) = connection.execute(f"PRAGMA {name}").fetchone()
            if found != wanted:
                raise StorageError(_unsure(name, found, wanted))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reads_only"):
            connection.exec_driver_sql("BEGIN")
        else:
            patience.begin(connection)

    return engine


def _postgres(url: URL, connections: int) -> Engine:
    # What the address says itself counts.
    known = {n: v for n, v in _POSTGRES_ARGUMENTS.items() if n not in url.query}
    if url.query.get(_PREPARE) == "none":
        # A pool of sessions gives each transaction one that knows no statement of ours.
        url, known = url.difference_update_query([_PREPARE]), known | {_PREPARE: None}
    arguments = {"options": _POSTGRES_OPTIONS, **known}
    engine = _create(url, connections, connect_args=arguments)
    let_wait(engine)

    @event.listens_for(engine, "first_connect")
    def first_connect(connection: Any, _: object) -> None:  # noqa: ANN401 the driver's own
        found = connection.execute(_WRONG).fetchone()
        connection.rollback()
        if found is not None:
            name, setting = found
            raise StorageError(_wrong(name, setting))

    return engine


def _wrong(name: str, setting: str) -> str:
    if setting == "off":
        return _unsure(name, setting, "on")
    return (
        "The database would let whoever is stuck keep others waiting for ever:"
        f" its {name} is 0; set it for the role that serves."
    )


def _unsure(name: str, found: object, wanted: object) -> str:
    return (
        "The database would not keep what it confirmed through a power cut:"
        f" its {name} is {found}, and must be {wanted}."
    )


def _create(url: URL, connections: int, **options: object) -> Engine:
    kept = min(connections, _KEPT_OPEN)
    options |= {"pool_size": kept, "max_overflow": connections - kept}
    try:
        # What people wrote stands in no log: an error tells its statement only.
        return create_engine(url, hide_parameters=True, **options)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        sentence = f"The driver of {url.render_as_string()} is not installed: {error}."
        raise StorageError(sentence) from error
