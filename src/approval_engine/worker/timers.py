"""
Workflows with a timer that is due → one tick each, in a transaction of its own.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, copy_context
from functools import partial
from itertools import repeat

from approval_engine.errors import StorageError
from approval_engine.escalations import due
from approval_engine.executor.commands import tick
from approval_engine.executor.runtime import Runtime
from approval_engine.worker.shift import Shift

HANDS = 2
"""How many workflows a worker ticks at a time, where a commit is waited for."""

_LOG = logging.getLogger(__name__)


def fire(shift: Shift, batch: int) -> None:
    """
    Tick every workflow that is due and free, once.

    Raises StorageError if nobody can say what is due.
    """
    database, worker_id = shift.runtime.database, shift.pulse.id
    # More may be due than one question answers. What was claimed stays so until the
    # end of the round, so that nothing is asked twice in it.
    while claimed := due.claim(database, worker_id, shift.runtime.clock(), batch):
        # What cannot be read now is read, or missed, by each command itself.
        with suppress(StorageError), database.read() as transaction:
            shift.runtime.read_ahead(transaction, claimed)
        _move_each(shift, claimed)
        if shift.is_over:
            break
        shift.pulse.beat()
    due.release(database, worker_id)


def _move_each(shift: Shift, claimed: tuple[str, ...]) -> None:
    move = partial(_move, shift)
    # SQLite has one writer; a server stores the one while the next is reckoned.
    if shift.runtime.database.is_sqlite or len(claimed) == 1:
        for workflow_id in claimed:
            move(workflow_id)
        return
    with ThreadPoolExecutor(HANDS) as hands:
        # Each in what surrounds the round, so that its span is a part of the round's.
        around = [copy_context() for _ in claimed]
        for _ in hands.map(Context.run, around, repeat(move), claimed):
            pass


def _move(shift: Shift, workflow_id: str) -> None:
    if not shift.is_over:
        command = partial(_tick, shift.runtime, workflow_id)
        shift.move(workflow_id, command, partial(_put_off, shift))


def _tick(runtime: Runtime, workflow_id: str) -> bool:
    answer = tick.tick(runtime, workflow_id)
    if answer is None:
        return False
    _LOG.info("action=tick workflow=%s status=%s", workflow_id, answer.status)
    return True


def _put_off(shift: Shift, workflow_id: str, error: Exception) -> None:
    runtime = shift.runtime
    rest = due.put_off(runtime.database, shift.pulse.id, workflow_id, runtime.clock())
    seconds = int(rest.total_seconds())
    words = "action=put_off workflow=%s seconds=%s %s"
    _LOG.warning(words, workflow_id, seconds, error)
