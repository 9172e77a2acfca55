"""
A database URL → transactions that behave alike on SQLite and PostgreSQL.

Writing transactions take their lock at once; what may be older is read of a replica.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from approval_engine.errors import InvalidInput, StorageError
from approval_engine.store import patience, timed
from approval_engine.store.moment import Here
from approval_engine.store.replica import PATIENCE, Replica
from approval_engine.store.sending import let_wait
from approval_engine.store.translated import translated
from approval_engine.store.turns import Turns

T = TypeVar("T")

Transaction = Connection
"""One open transaction; only `store` knows what can be done with it."""

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

_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """
    One database and its connection pool; safe to share between threads.

    It never has more than so many connections; whoever needs one more waits.
    """

    def __init__(self, url: str, connections: int = CONNECTIONS) -> None:
        self.url = _parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        made = _sqlite if self.is_sqlite else _postgres
        self.engine = made(self.url, connections)
        timed.listen(self.engine)
        # Threads of a process queue here; a wait inside SQLite is not fair.
        self._turns = Turns(LOCK_WAIT_S) if self.is_sqlite else None
        # A reader sees one moment, however many statements it takes to look around.
        one_moment = {} if self.is_sqlite else _ONE_MOMENT
        self._readers = self.engine.execution_options(reads_only=True, **one_moment)
        self._here = Here(self._readers)
        self.replica: Replica | None = None
        self._copies: Engine | None = None

    def follow(self, url: str, within_s: float, connections: int = CONNECTIONS) -> None:
        """
        From now on read of that copy where it is asked by `lately`.

        Raises InvalidInput unless both are PostgreSQL.
        """
        parsed = _parse(url)
        if self.is_sqlite or parsed.get_backend_name() == "sqlite":
            sentence = "Expected a replica of PostgreSQL, but SQLite has none."
            raise InvalidInput(sentence)
        patience = {n: v for n, v in PATIENCE.items() if n not in parsed.query}
        copy = _postgres(parsed.update_query_dict(patience), connections)
        timed.listen(copy)
        self._copies = copy.execution_options(reads_only=True, **_ONE_MOMENT)
        self.replica = Replica(self.engine, self._copies, within_s)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """
        A writing transaction: committed after the block, rolled back on a raise.

        Raises StorageError if the database is away or locked too long, Conflict if a
        unique constraint caught what no lock had stopped.
        """
        turn = self._turns.mine() if self._turns else nullcontext()
        # What was seen so far is the past for whoever reads after a write.
        with (
            timed.write(self.url) as write,
            turn,
            translated(),
            self._here.anew(),
            self.engine.begin() as transaction,
        ):
            write.begun()
            yield transaction

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """
        A transaction that only reads, sees one moment and waits for no writer.
        """
        with translated(), self._here.read() as transaction:
            yield transaction

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """
        Within this block all that this thread reads is read in one transaction.

        It begins with the first read, and anew after each write of the thread.
        """
        with self._here.shared():
            yield

    def lately(self, ask: Callable[[], T]) -> T:
        """
        The answer of `ask`, which only reads, as things stood a few seconds ago.

        A copy that is near enough is asked, if there is one; else the database itself.
        """
        if self.replica is None or not self.replica.is_near():
            return ask()
        try:
            with self._here.shared(self._copies):
                return ask()
        except StorageError as error:
            if error.__cause__ is not None:
                self.replica.failed(error)
        return ask()

    @property
    def writers_waiting(self) -> int:
        """
        How many threads of this process wait to write; PostgreSQL lets them all begin.
        """
        return self._turns.waiting if self._turns else 0

    @property
    def is_missing(self) -> bool:
        """
        Whether its file is not there, so that connecting would make an empty one.
        """
        return self.is_sqlite and not Path(self.url.database or "").exists()

    def close(self) -> None:
        """
        Give all connections back to the system.
        """
        self.engine.dispose()
        if self.replica is not None:
            self.replica.close()


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        sentence = "Expected a database URL such as sqlite:///cpq.db, but it is none."
        raise InvalidInput(sentence) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        sentence = f"The database '{backend}' is not one of sqlite and postgresql."
        raise InvalidInput(sentence)
    return parsed


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


def ping(transaction: Transaction) -> None:
    """
    Ask the database for a sign of life.
    """
    transaction.execute(text("SELECT 1"))
