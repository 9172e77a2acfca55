"""
The guard of a canary, asked once a minute: it stops what does harm, and tells people.

Whichever worker comes first does it; the database knows when it was done last.
"""

import logging
from datetime import timedelta

from approval_engine.analytics.canaries import Look, look
from approval_engine.domain.events import instant, stamp
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import canary
from approval_engine.executor.commands.tick import CHANNEL
from approval_engine.executor.recorder import SYSTEM
from approval_engine.store import canaries
from approval_engine.store.canaries import CanaryRow
from approval_engine.worker.shift import Shift

EVERY = timedelta(minutes=1)
"""How long after the last look the next one is due."""

_LOG = logging.getLogger(__name__)


def guard(shift: Shift) -> None:
    """
    Look at the canary that runs, if one does and nobody has for a minute.

    Raises StorageError.
    """
    runtime, now = shift.runtime, shift.runtime.clock()
    with runtime.database.read() as transaction:
        rows = canaries.every(transaction)
        row = next((each for each in rows if each.running and each.since), None)
        untold = [each.number for each in rows if canaries.is_untold(each)]
        seen_at = instant(row.seen_at) if row and row.seen_at else None
        due = row is not None and (seen_at is None or now - seen_at >= EVERY)
        found = look(transaction, row, now) if row and due else None
    if row is not None and found is not None:
        if found.worst is not None:
            _stop(shift, row, found)
            untold.append(row.number)
        else:
            _note(shift, row, found)
    for number in untold:
        if not shift.is_over and canary.tell(runtime, number):
            _LOG.info("action=canary_told canary=%s", number)


def _note(shift: Shift, row: CanaryRow, found: Look) -> None:
    with shift.runtime.database.begin() as transaction:
        at = stamp(shift.runtime.clock())
        canaries.change(transaction, row.number, seen=found.seen(), seen_at=at)


def _stop(shift: Shift, row: CanaryRow, found: Look) -> None:
    _note(shift, row, found)
    caller = Caller(actor=SYSTEM, channel=CHANNEL)
    canary.stop(shift.runtime, caller, found.sentence, found.view(), number=row.number)
    _LOG.warning("action=canary_stopped canary=%s %s", row.number, found.sentence)
