"""
Claim, release and delegate: the requests that say at whom a task is.
"""

from approval_engine.domain.actions.checks import (
    must_be_active,
    must_be_fit,
    must_be_free_to_decide,
)
from approval_engine.domain.actions.request import (
    Request,
    Surroundings,
    event,
    other_seats,
    refusal,
)
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import TaskMove, move_task
from approval_engine.domain.seats import taken
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, InvalidInput


def claim(task: Task, request: Request) -> NewEvent:
    """
    The fact that the actor takes the task for himself.
    """
    move_task(task.status, TaskMove.CLAIM, task.subject)
    data = {"assignee": request.actor, "comment": request.comment_sha256}
    return event(Fact.TASK_CLAIMED, task, request, data)


def release(task: Task, request: Request) -> NewEvent:
    """
    The fact that he gives it back to all who are asked; a stand-in, to his principal.
    """
    move_task(task.status, TaskMove.RELEASE, task.subject)
    data = {"comment": request.comment_sha256}
    if task.principal and task.principal != task.assignee:
        data["assignee"] = task.principal
    return event(Fact.TASK_RELEASED, task, request, data)


def delegation(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact that a stand-in has it now. Raises a Refused if he may not decide it.
    """
    to = request.to
    if to is None:
        sentence = (
            f"Expected a person to delegate {task.subject} to, but none is named."
        )
        raise InvalidInput(sentence)
    must_be_active(to, task, request, around)
    if to == request.actor:
        raise Forbidden(refusal(task, request, f"'{to}' already has it"))
    must_be_free_to_decide(to, task, request, around)
    must_be_fit(to, task, request, around)
    seats = other_seats(workflow, task)
    if seat := taken(seats, around.directory).get(to):
        sentence = f"'{to}' has a seat of this step already, task '{seat}'"
        raise Forbidden(refusal(task, request, sentence))
    move_task(task.status, TaskMove.DELEGATE, task.subject)
    principal = task.principal or request.actor
    data = {"assignee": to, "principal": principal, "comment": request.comment_sha256}
    return event(Fact.TASK_DELEGATED, task, request, data)
