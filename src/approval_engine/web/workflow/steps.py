"""
The seats of a step → its status in one word.
"""

from collections.abc import Mapping

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.workflow import Workflow
from approval_engine.planner.plan import PlannedStep

_ENDED_FIRST = ("rejected", "returned", "approved", "escalated", "cancelled")


def step_status(
    workflow: Workflow, by_time: Mapping[str, str], step: PlannedStep
) -> str:
    """
    The status of a step in one word: of its open seats, else of what decided it.

    `by_time` are the outcomes of the steps that silence decided.
    """
    if step.id in by_time:
        return by_time[step.id]
    seats = workflow.seats(step.id)
    if not seats:
        pending = workflow.status == WorkflowStatus.PENDING
        return "later" if pending else "not_required"
    waiting = [str(seat.status) for seat in seats if seat.is_open]
    if waiting:
        return waiting[0]
    given = {str(seat.status) for seat in seats}
    return next((word for word in _ENDED_FIRST if word in given), "not_required")
