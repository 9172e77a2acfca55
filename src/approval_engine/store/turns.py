"""
The writers of one process → one after the other, in the order in which they came.

SQLite lets whoever asks at the right moment write; under load somebody never does.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from approval_engine.errors import StorageError


class Turns:
    """
    A lock that is passed on to whoever waits longest; safe between threads.
    """

    def __init__(self, longest_wait_s: float) -> None:
        self._longest_wait_s = longest_wait_s
        self._guard = Lock()
        self._taken = False
        self._queue: deque[Lock] = deque()

    @property
    def waiting(self) -> int:
        """
        How many wait for their turn.
        """
        return len(self._queue)

    @contextmanager
    def mine(self) -> Iterator[None]:
        """
        Whoever is inside is alone. Raises StorageError if that takes too long.
        """
        self._take()
        try:
            yield
        finally:
            self._pass_on()

    def _take(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            turn = Lock()
            turn.acquire()
            self._queue.append(turn)
        if not turn.acquire(timeout=self._longest_wait_s):
            self._leave(turn)

    def _leave(self, turn: Lock) -> None:
        with self._guard:
            # It may have come in the very moment in which the wait ended.
            if turn in self._queue:
                self._queue.remove(turn)
                sentence = "The database cannot do this now: others write too long."
                raise StorageError(sentence)

    def _pass_on(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False
