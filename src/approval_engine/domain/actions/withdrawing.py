"""
Withdraw a seat: what an admin may do about a seat whose people have all left.

The step asks one person less from then on. That alone may never approve it: an approval
needs a person who gives it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from approval_engine.domain.actions.overriding import must_be_admin
from approval_engine.domain.actions.request import Surroundings
from approval_engine.domain.completion import Completion, Outcome, wanted
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import TaskMove, WorkflowStatus, move_task
from approval_engine.domain.outcome import outcome_of
from approval_engine.domain.seats import is_vacant
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, InvalidInput, InvalidState

INSTEAD = "reassign it, or override the review"
"""What is left to do where a seat cannot be withdrawn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """
    One admin's wish; `rule` is the completion rule of the task's step.
    """

    rule: Completion
    actor: str
    channel: str
    comment_sha256: str | None


def withdraw(
    workflow: Workflow, task: Task, request: Withdrawal, around: Surroundings
) -> NewEvent:
    """
    The fact that a seat counts no more. Raises a Refused that says what is against it.
    """
    deed = f"withdraw the seat of {task.subject}"
    if not task.is_open or workflow.status != WorkflowStatus.PENDING:
        words = task.status.replace("_", " ")
        raise InvalidState(f"Expected to {deed}, but it is {words}.")
    must_be_admin(deed, request.actor, around)
    if not request.comment_sha256:
        raise InvalidInput(f"Expected to {deed}, but a reason is missing.")
    _must_be_vacant(workflow, task, deed, around)
    if reason := _against(without_seat(workflow, task), task, request.rule):
        raise Forbidden(f"Expected to {deed}, but {reason}; {INSTEAD}.")
    asked = (task.assignee,) if task.assignee else task.candidates
    data: Mapping[str, object] = {"asked": asked, "comment": request.comment_sha256}
    return NewEvent(
        action=Fact.SEAT_WITHDRAWN,
        actor=request.actor,
        channel=request.channel,
        task_id=task.id,
        data=data,
    )


def without_seat(workflow: Workflow, task: Task) -> Workflow:
    """
    The workflow in which the seat of the task counts no more, with all tasks at it.
    """
    tasks = (
        _withdrawn(each) if each.is_open and _share(each, task) else each
        for each in workflow.tasks
    )
    return replace(workflow, tasks=tuple(tasks))


def _must_be_vacant(
    workflow: Workflow, task: Task, deed: str, around: Surroundings
) -> None:
    for seat in workflow.seats(task.step):
        if seat.is_open and _share(seat, task):
            if is_vacant(seat, around.directory):
                continue
            sentence = f"Expected to {deed}, but somebody whom it asks is still active."
            raise InvalidState(sentence)


def _against(after: Workflow, task: Task, rule: Completion) -> str | None:
    """
    What the step would come to that no answer of a person made it come to.
    """
    tally = after.tally(task.step)
    if not tally.seats:
        return "nobody would be left to decide its step"
    if (count := wanted(rule, tally)) > tally.seats:
        return f"its step needs {count} approvals and would have {tally.seats} seats"
    if outcome_of(after, task.step, rule) is Outcome.APPROVED:
        return "that alone would approve its step"
    return None


def _share(one: Task, other: Task) -> bool:
    places = ((each.element, each.occurrence, each.seat) for each in (one, other))
    return len(set(places)) == 1


def _withdrawn(task: Task) -> Task:
    status = move_task(task.status, TaskMove.DISPENSE, task.subject)
    return replace(task, status=status, withdrawn=True)
