"""
A copy that follows the database → read where that will do, while it is near enough.

How near it is needs no clock of another machine: the log position of the database is
noted now and then, and the copy shows what stood there once it has come so far.
"""

import logging
import time
from collections import deque
from threading import Lock

from sqlalchemy import Engine, TextClause, text
from sqlalchemy.exc import SQLAlchemyError

from approval_engine.errors import StorageError

WITHIN_S = 10.0
"""How old what is read of a copy may be, unless the settings say otherwise."""

PATIENCE = {"connect_timeout": "2", "tcp_user_timeout": "5000"}
"""How long it is waited for, in seconds and milliseconds: the database is there too."""

_EVERY_S = 1.0
_REST_S = 5.0
"""How long a copy is left alone that did not answer."""

_WRITTEN = text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
_SHOWN = text(
    "SELECT CASE WHEN pg_is_in_recovery()"
    " THEN pg_last_wal_replay_lsn() - '0/0'::pg_lsn END"
)

_LOG = logging.getLogger(__name__)


class Replica:
    """
    A copy and how near it is; safe to share between threads.

    It is asked at most once a second, and only while somebody wants to read of it.
    """

    def __init__(self, database: Engine, copy: Engine, within_s: float) -> None:
        self._database = database
        self._copy = copy
        self._within_s = within_s
        self._guard = Lock()
        # Moments with the position of the database then, the oldest first.
        self._noted: deque[tuple[float, int]] = deque()
        self._asks_at = 0.0
        self._shows: float | None = None
        self._is_used = True

    def lag_s(self) -> float | None:
        """
        What was committed so many seconds ago is there for certain; None if unknown.
        """
        # One asks, and nobody waits for him: what was known before is still true.
        if time.monotonic() >= self._asks_at and self._guard.acquire(blocking=False):
            try:
                self._ask(time.monotonic())
            finally:
                self._guard.release()
        shows = self._shows
        return None if shows is None else time.monotonic() - shows

    def is_near(self) -> bool:
        """
        Whether it may be read now. A change of that is told once, in the log.
        """
        lag = self.lag_s()
        near = lag is not None and lag <= self._within_s
        if near is not self._is_used:
            self._is_used = near
            if near:
                _LOG.info("action=replica_back It is read of the replica again.")
            elif lag is not None:
                words = "action=replica_behind seconds=%s The database is read itself."
                _LOG.warning(words, round(lag))
        return near

    def failed(self, error: Exception) -> None:
        """
        Leave it alone for a while: it did not answer.
        """
        self._shows = None
        self._asks_at = time.monotonic() + _REST_S
        if self._is_used:
            self._is_used = False
            reason = next(iter(str(error).splitlines()), "it gave no reason")
            words = "action=replica_away The database is read itself: %s"
            _LOG.warning(words, reason)

    def close(self) -> None:
        """
        Give its connections back.
        """
        self._copy.dispose()

    def _ask(self, now: float) -> None:
        self._asks_at = now + _EVERY_S
        try:
            self._noted.append((now, _number(self._database, _WRITTEN)))
            shown = _number(self._copy, _SHOWN)
        except (SQLAlchemyError, StorageError) as error:
            self._noted.clear()
            self.failed(error)
            return
        while self._noted and self._noted[0][1] <= shown:
            self._shows = self._noted.popleft()[0]


def _number(engine: Engine, query: TextClause) -> int:
    with engine.connect() as connection:
        found = connection.execute(query).scalar_one()
    if found is None:
        sentence = "It is no replica: it follows nothing."
        raise StorageError(sentence)
    return int(found)
