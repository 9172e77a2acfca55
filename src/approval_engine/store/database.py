"""
A database URL → transactions that behave alike on SQLite and PostgreSQL.

Writing transactions take their lock at once; what may be older is read of a replica.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, text

from approval_engine.errors import InvalidInput, StorageError
from approval_engine.store import timed
from approval_engine.store.engines import (
    CONNECTIONS,
    LOCK_WAIT_S,
    SQLITE,
    engine_of,
    url_of,
)
from approval_engine.store.moment import Here
from approval_engine.store.queueing import Queue
from approval_engine.store.replica import PATIENCE, Replica
from approval_engine.store.translated import translated
from approval_engine.store.turns import Turns

T = TypeVar("T")

Transaction = Connection
"""One open transaction; only `store` knows what can be done with it."""

_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """
    One database and its connection pool; safe to share between threads.

    It never has more than so many connections; whoever needs one more waits.
    """

    def __init__(self, url: str, connections: int = CONNECTIONS) -> None:
        self.url = url_of(url)
        self.is_sqlite = self.url.get_backend_name() == SQLITE
        self.engine = engine_of(self.url, connections)
        timed.listen(self.engine)
        # Threads queue here, then processes; a wait inside SQLite is not fair.
        self._turns = Turns(LOCK_WAIT_S) if self.is_sqlite else None
        self._queue = Queue(self.url.database or "") if self.is_sqlite else None
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
        parsed = url_of(url)
        if self.is_sqlite or parsed.get_backend_name() == SQLITE:
            sentence = "Expected a replica of PostgreSQL, but SQLite has none."
            raise InvalidInput(sentence)
        patience = {n: v for n, v in PATIENCE.items() if n not in parsed.query}
        copy = engine_of(parsed.update_query_dict(patience), connections)
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
        # What was seen so far is the past for whoever reads after a write.
        with (
            timed.write(self.url) as write,
            self._turn(),
            translated(),
            self._here.anew(),
            self.engine.begin() as transaction,
        ):
            write.begun()
            yield transaction

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._turns is None or self._queue is None:
            yield
            return
        with self._turns.mine(), self._queue.mine():
            yield

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


def ping(transaction: Transaction) -> None:
    """
    Ask the database for a sign of life.
    """
    transaction.execute(text("SELECT 1"))
