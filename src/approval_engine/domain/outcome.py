"""
The seats of a step and its rule → its outcome, those that were added ad hoc included.

The rule speaks of the policy's seats alone; whoever was added must approve besides.
"""

from approval_engine.domain.completion import Completion, Outcome, decide
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.domain.workflow import Workflow

NO = {
    TaskStatus.REJECTED: Outcome.REJECTED,
    TaskStatus.RETURNED: Outcome.RETURNED,
}
"""What an answer that is no approval makes of the step."""


def outcome_of(workflow: Workflow, step: str, rule: Completion) -> Outcome | None:
    """
    The outcome of the step, or None while it is open.

    A no of somebody who was added is a no at once; a yes by the rule waits for all of
    them, also for those who are only to be asked after it.
    """
    by_rule = decide(rule, workflow.tally(step))
    if by_rule in NO.values():
        return by_rule
    added = [seat.status for seat in workflow.seats(step) if seat.ad_hoc]
    refused = next((NO[status] for status in added if status in NO), None)
    if refused is not None:
        return refused
    return None if awaits_added(workflow, step) else by_rule


def awaits_added(workflow: Workflow, step: str) -> bool:
    """
    Whether somebody who was added has not approved yet, or is still to be asked.

    Where two tasks share his seat, one of them is enough.
    """
    seats = workflow.seats(step)
    approved = {seat.seat for seat in seats if seat.status == TaskStatus.APPROVED}
    gone = {seat.seat for seat in seats if seat.withdrawn}
    waiting = any(seat.ad_hoc and seat.seat not in approved | gone for seat in seats)
    return waiting or any(seat.then_ask for seat in seats)
