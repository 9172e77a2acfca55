"""
Delegation windows that opened or closed → one command for each workflow they move.
"""

import logging
from functools import partial

from approval_engine.executor.commands import stand_in
from approval_engine.store.sweeps import Edge
from approval_engine.worker.shift import Shift

_LOG = logging.getLogger(__name__)


def sweep(shift: Shift) -> None:
    """
    Move the tasks of whoever is away now, and back, once for every edge of a window.
    """
    stand_in.sweep(shift.runtime, partial(_stand_in, shift))


def _stand_in(shift: Shift, workflow_id: str, edge: Edge) -> bool | None:
    if shift.is_over:
        return None
    command = partial(stand_in.stand_in, shift.runtime, workflow_id, edge)
    return shift.move(workflow_id, command, _again)


def _again(workflow_id: str, error: Exception) -> None:
    _LOG.warning("action=stand_in_again workflow=%s %s", workflow_id, error)
