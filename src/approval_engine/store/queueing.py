"""
The writers of all processes on one SQLite file → one after the other, as they came.

They queue for a lock on the write-ahead log, which SQLite itself locks only elsewhere:
the system wakes whoever is next, where SQLite can only be tried again and again. The
queue gives the order and nothing else. Where there is none, or it stands still because
somebody in it was stopped, SQLite's own lock decides.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread

try:
    import fcntl
except ImportError:  # pragma: no cover on Windows
    fcntl = None  # type: ignore[assignment]

LONGEST_S = 0.5
"""How long to stand in a queue that does not move."""


class Queue:
    """
    The queue of a database file; safe between threads and between processes.
    """

    def __init__(self, path: str, longest_s: float = LONGEST_S) -> None:
        self._log = f"{path}-wal"
        self._longest_s = longest_s

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
            # There is no log as long as nobody has opened the database.
            return None
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._waited(place)
        except OSError:
            # Some file systems have no such locks.
            os.close(place)
            return None
        return place

    def _waited(self, place: int) -> int | None:
        # The system knows no longest wait, so another thread waits there.
        turn: Future[int] = Future()
        try:
            Thread(target=_stand, args=(place, turn), daemon=True).start()
        except RuntimeError:
            # A process that ends, or has too many, begins no thread.
            os.close(place)
            return None
        try:
            return turn.result(self._longest_s)
        except TimeoutError:
            return None if turn.cancel() else turn.result()
        except BaseException:
            if not turn.cancel():
                _leave(turn.result())
            raise


def _stand(place: int, turn: Future[int]) -> None:
    fcntl.flock(place, fcntl.LOCK_EX)
    if turn.set_running_or_notify_cancel():
        turn.set_result(place)
    else:
        _leave(place)


def _leave(place: int) -> None:
    # A process that was forked meanwhile may have the file open as well.
    fcntl.flock(place, fcntl.LOCK_UN)
    os.close(place)
