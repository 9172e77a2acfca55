"""
The writers of all processes on one SQLite file → one after the other.

They queue for a lock on the write-ahead log, which SQLite itself locks only elsewhere:
the system wakes who waits longest, where SQLite can only be tried again and again. The
queue gives an order and nothing else, for SQLite's own lock decides; and whoever comes
back in the very moment in which he left may pass those who wait.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Thread

try:
    import fcntl
except ImportError:  # pragma: no cover on Windows
    fcntl = None  # type: ignore[assignment]

LONGEST_S = 1.0
"""How long anybody queues; after that he tries like somebody who is in no queue."""


class Queue:
    """
    The queue of a database file; safe between processes, for one thread at a time.
    """

    def __init__(self, path: str, longest_s: float = LONGEST_S) -> None:
        # SQLite follows links as well, and keeps its log beside what they lead to.
        self._log = f"{os.path.realpath(path)}-wal"
        self._longest_s = longest_s
        self._stander: Thread | None = None

    @contextmanager
    def mine(self) -> Iterator[None]:
        """
        Whoever is inside was next, or has waited for as long as anybody does.
        """
        place = self._place() if fcntl else None
        try:
            yield
        finally:
            if place is not None:
                _leave(place)

    def _place(self) -> int | None:
        try:
            place = os.open(self._log, os.O_RDONLY)
        except OSError:
            # Nobody has opened the database yet, or this one may not.
            return None
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._waited(place)
        except OSError:
            # Some file systems have no such locks.
            os.close(place)
            return None
        except BaseException:
            # Who is interrupted must not keep what he may have got just then.
            _leave(place)
            raise
        return place

    def _waited(self, place: int) -> int | None:
        if self._stander is not None and self._stander.is_alive():
            # Somebody of ours gave up and still stands there: it does not move.
            os.close(place)
            return None
        turn: Future[int] = Future()
        try:
            return self._told(turn) if self._stood(place, turn) else None
        except BaseException:
            # As above; the stander closes what it gets for nobody.
            if not turn.cancel():
                _leave(turn.result())
            raise

    def _stood(self, place: int, turn: Future[int]) -> bool:
        # Nobody can ask the system for a lock and name the longest wait, so another
        # thread waits there.
        self._stander = Thread(target=_stand, args=(place, turn), daemon=True)
        try:
            self._stander.start()
        except RuntimeError:
            # A process that ends, or has too many, begins no thread.
            os.close(place)
            return False
        return True

    def _told(self, turn: Future[int]) -> int | None:
        try:
            return turn.result(self._longest_s)
        except TimeoutError:
            return None if turn.cancel() else turn.result()


def _stand(place: int, turn: Future[int]) -> None:
    with suppress(OSError):
        fcntl.flock(place, fcntl.LOCK_EX)
    if turn.set_running_or_notify_cancel():
        turn.set_result(place)
    else:
        _leave(place)


def _leave(place: int) -> None:
    # A process that was forked meanwhile may have the file open as well.
    try:
        with suppress(OSError):
            fcntl.flock(place, fcntl.LOCK_UN)
    finally:
        os.close(place)
