"""
The worker's loop: workflows with a timer that is due → one tick each, again and again.

Any number of workers, threads or processes, share the work. One workflow that cannot
go on is held by an incident and never stops the others.
"""

import logging
import os
import secrets
import socket
from dataclasses import dataclass, replace
from datetime import timedelta
from random import SystemRandom
from threading import Event

from approval_engine import __version__
from approval_engine.domain.events import stamp
from approval_engine.errors import Conflict, StorageError
from approval_engine.escalations import due
from approval_engine.executor.commands import tick
from approval_engine.executor.incident import hold
from approval_engine.executor.runtime import Runtime
from approval_engine.store import claims, workers
from approval_engine.store.workers import Worker

POLL_S = 2.0
"""The longest pause between two rounds; the shortest is half of it."""

BATCH = 100
"""How many due workflows are claimed at a time."""

AWAY_S = 30.0
"""The longest pause while the database is away."""

BEAT = timedelta(seconds=15)
"""How often a worker shows that it lives."""

_LOG = logging.getLogger(__name__)
_DICE = SystemRandom()


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """
    What one round did: how many workflows it moved, which it holds from now on.

    `put_off` are those that rest, because something passing was in their way.
    """

    fired: int = 0
    held: tuple[str, ...] = ()
    put_off: tuple[str, ...] = ()


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
        Show that the worker lives, if that was a while ago. Raises StorageError.
        """
        now = self._runtime.clock()
        if self._known and now - self._seen_at < BEAT:
            return
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


def run(runtime: Runtime, stop: Event, poll_s: float = POLL_S) -> None:
    """
    Round after round until `stop` is set; what is under way is finished first.
    """
    pulse = Pulse(runtime)
    pause_s = poll_s
    while not stop.is_set():
        try:
            once(runtime, stop, pulse=pulse)
            pause_s = poll_s
        except StorageError as error:
            pause_s = min(pause_s * 2, AWAY_S)
            _LOG.warning("action=worker_waits %s", error)
        stop.wait(_DICE.uniform(pause_s / 2, pause_s))
    try:
        pulse.leave()
    except StorageError as error:
        _LOG.warning("action=worker_leaves %s", error)


def once(
    runtime: Runtime,
    stop: Event | None = None,
    batch: int = BATCH,
    pulse: Pulse | None = None,
) -> Round:
    """
    Tick every workflow that is due and free, once, each in a transaction of its own.

    Raises StorageError if nobody can say what is due.
    """
    mine = pulse or Pulse(runtime)
    done = Round()
    mine.beat()
    # More may be due than one question answers. What was claimed stays so until the
    # end of the round, so that nothing is asked twice in it.
    while claimed := due.claim(runtime.database, mine.id, runtime.clock(), batch):
        for workflow_id in claimed:
            if stop is not None and stop.is_set():
                due.release(runtime.database, mine.id)
                return done
            done = _moved(runtime, mine.id, workflow_id, done)
        mine.beat()
    due.release(runtime.database, mine.id)
    return done


def _moved(runtime: Runtime, worker_id: str, workflow_id: str, done: Round) -> Round:
    try:
        return replace(done, fired=done.fired + _tick(runtime, workflow_id))
    except (Conflict, StorageError) as error:
        _put_off(runtime, worker_id, workflow_id, error)
        return replace(done, put_off=(*done.put_off, workflow_id))
    except Exception as error:  # noqa: BLE001 one must not stop the others
        _hold(runtime, workflow_id, error)
        return replace(done, held=(*done.held, workflow_id))


def _tick(runtime: Runtime, workflow_id: str) -> int:
    answer = tick.tick(runtime, workflow_id)
    if answer is None:
        return 0
    _LOG.info("action=tick workflow=%s status=%s", workflow_id, answer.status)
    return 1


def _put_off(
    runtime: Runtime, worker_id: str, workflow_id: str, error: Exception
) -> None:
    now = runtime.clock()
    rest = due.put_off(runtime.database, worker_id, workflow_id, now)
    seconds = int(rest.total_seconds())
    words = "action=put_off workflow=%s seconds=%s %s"
    _LOG.warning(words, workflow_id, seconds, error)


def _hold(runtime: Runtime, workflow_id: str, error: Exception) -> None:
    detail = f"{type(error).__name__}: {error}"[:1000]
    incident_id = hold(runtime, workflow_id, "timer", detail)
    _LOG.error("action=hold workflow=%s incident=%s", workflow_id, incident_id)
