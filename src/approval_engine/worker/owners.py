"""
Exceptions whose last day comes near → their owners are told, once.
"""

import logging
from functools import partial

from approval_engine.executor.commands import run_out
from approval_engine.worker.shift import Shift

_LOG = logging.getLogger(__name__)


def tell(shift: Shift) -> None:
    """
    Tell the owner of every exception that ends soon.
    """
    for workflow_id in run_out.expiring(shift.runtime):
        if shift.is_over:
            return
        command = partial(run_out.tell, shift.runtime, workflow_id)
        shift.move(workflow_id, command, _again)


def _again(workflow_id: str, error: Exception) -> None:
    _LOG.warning("action=tell_again workflow=%s %s", workflow_id, error)
