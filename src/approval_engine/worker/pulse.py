"""
A worker → its row in the database, by which others see that it lives.
"""

import os
import secrets
import socket
from datetime import timedelta

from approval_engine import __version__
from approval_engine.domain.events import stamp
from approval_engine.executor.runtime import Runtime
from approval_engine.store import claims, workers
from approval_engine.store.upgrade import require_newest
from approval_engine.store.workers import Worker

BEAT = timedelta(seconds=15)
"""How often a worker shows that it lives."""


class Pulse:
    """
    One worker's row in the database, there from its first round until it leaves.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.id = f"W-{secrets.token_hex(4)}"
        self._runtime = runtime
        self._seen_at = runtime.clock()
        self._known = False

    def beat(self) -> None:
        """
        Show that the worker lives, if that was a while ago.

        Raises StorageError, also if the schema is by now one that it must not write to.
        """
        now = self._runtime.clock()
        if self._known and now - self._seen_at < BEAT:
            return
        require_newest(self._runtime.database)
        with self._runtime.database.begin() as transaction:
            if self._known:
                workers.see(transaction, self.id, now)
            else:
                me = Worker(
                    id=self.id,
                    host=socket.gethostname(),
                    pid=os.getpid(),
                    started_at=now,
                    version=__version__,
                )
                workers.arrive(transaction, me)
                claims.forget(transaction, stamp(now - workers.KEPT))
        self._known, self._seen_at = True, now

    def leave(self) -> None:
        """
        End in good order. Raises StorageError.
        """
        if self._known:
            with self._runtime.database.begin() as transaction:
                workers.leave(transaction, self.id)
