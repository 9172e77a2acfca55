"""
The event log → whether its hash chain holds, and where it breaks first.
"""

from dataclasses import dataclass

from approval_engine.domain.events import first_altered
from approval_engine.domain.workflow import Workflow
from approval_engine.store import events
from approval_engine.store.database import Transaction
from approval_engine.store.ends import End


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """
    One workflow's log: its length, and the number of the first event that is not right.
    """

    workflow: str
    events: int
    first_altered: int | None


def verify(transaction: Transaction, workflow: Workflow | End) -> Verified:
    """
    Check the chain of one workflow, its end included.
    """
    log = events.of(transaction, workflow.id)
    altered = first_altered(log)
    if altered is None and len(log) != workflow.seq:
        altered = min(len(log), workflow.seq) + 1
    if altered is None and log[-1].hash != workflow.head:
        # The chain holds, but somebody rewrote all of it: the workflow knows its end.
        altered = workflow.seq
    return Verified(workflow=workflow.id, events=len(log), first_altered=altered)
