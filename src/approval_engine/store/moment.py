"""
Readers of one thread → one transaction that they share for the length of a request.

A page asks many small questions. Asked in one transaction they have one answer, and the
database is told once that somebody reads.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local
from typing import TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")

_LONGEST_S = 5.0
"""A moment that is older is not used again: the server ends what idles for long."""

_MEMORY = "remembered"


class Here(local):
    """
    What a thread reads in: the moment that its request shares, else one of its own.
    """

    def __init__(self, readers: Engine) -> None:
        self._readers = readers
        self._moment: _Moment | None = None

    @contextmanager
    def shared(self, readers: Engine | None = None) -> Iterator[None]:
        """
        Share one moment within this block, of a copy if its readers are given.
        """
        outer, self._moment = self._moment, _Moment(readers or self._readers)
        if outer is not None and readers is not None:
            # Nobody needs two connections, and what was read before is older.
            outer.end()
        try:
            yield
        finally:
            self._moment.end()
            self._moment = outer

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """
        A transaction to read in.
        """
        if self._moment is not None and self._moment.is_good:
            with self._moment.read() as transaction:
                yield transaction
        else:
            with self._readers.begin() as transaction:
                yield transaction

    @contextmanager
    def anew(self) -> Iterator[None]:
        """
        Something is written in this block: what is read after it is read anew.
        """
        if self._moment is not None:
            self._moment.end()
            # No copy can be asked by whoever has just written.
            self._moment.readers = self._readers
        try:
            yield
        finally:
            # What was read meanwhile was read before the commit.
            if self._moment is not None:
                self._moment.end()


class _Moment:
    """
    One reading transaction, opened by whoever reads first.
    """

    def __init__(self, readers: Engine) -> None:
        self.readers = readers
        self._transaction: Connection | None = None
        self._since = 0.0
        self._inside = 0
        self._is_over = False

    @property
    def is_good(self) -> bool:
        """
        Whether it may be read in; not while somebody still reads in one that is over.
        """
        return not self._is_over

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """
        The transaction, which stays open afterwards, unless something went wrong in it.
        """
        if time.monotonic() - self._since > _LONGEST_S:
            self.end()
        if self._transaction is None:
            self._transaction = self.readers.connect().execution_options(
                **{_MEMORY: {}}
            )
            self._since = time.monotonic()
        self._inside += 1
        try:
            yield self._transaction
        except BaseException:
            # PostgreSQL answers nothing more in a transaction that has failed.
            self._is_over = True
            raise
        finally:
            self._inside -= 1
            if self._is_over and not self._inside:
                self._close()

    def end(self) -> None:
        """
        Read no further in it; whoever is still inside goes on to its end.
        """
        self._is_over = self._inside > 0
        if not self._inside:
            self._close()

    def _close(self) -> None:
        transaction, self._transaction = self._transaction, None
        self._is_over = False
        if transaction is not None:
            transaction.close()


def remembered(transaction: Connection, what: str, ask: Callable[[], T]) -> T:
    """
    An answer that cannot change within a shared moment, asked once in each.
    """
    memory = transaction.get_execution_options().get(_MEMORY)
    if memory is None:
        return ask()
    if what not in memory:
        memory[what] = ask()
    found: T = memory[what]
    return found
