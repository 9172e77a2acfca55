"""
Claim, release, delegate and reassign: the requests that say at whom a task is.
"""

from approval_engine.domain.actions.checks import (
    must_be_asked,
    must_be_fit,
    must_be_free_to_decide,
    receiver,
)
from approval_engine.domain.actions.request import (
    Request,
    Surroundings,
    event,
    refusal,
)
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import TaskMove, move_task
from approval_engine.domain.rights import Right, has
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden


def claim(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact that the actor takes the task for himself.
    """
    del workflow, around
    move_task(task.status, TaskMove.CLAIM, task.subject)
    data = {"assignee": request.actor, "comment": request.comment_sha256}
    return event(Fact.TASK_CLAIMED, task, request, data)


def release(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact that he gives it back to all who are asked; a stand-in, to his principal.

    Whoever may not decide any more must be able to let go of the task.
    """
    del workflow
    must_be_asked(task, request, around)
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
    to = receiver(workflow, task, request, around)
    if to == request.actor:
        raise Forbidden(refusal(task, request, f"'{to}' already has it"))
    must_be_fit(to, task, request, around)
    move_task(task.status, TaskMove.DELEGATE, task.subject)
    principal = task.principal or request.actor
    data = {"assignee": to, "principal": principal, "comment": request.comment_sha256}
    return event(Fact.TASK_DELEGATED, task, request, data)


def reassignment(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact that the task is somebody else's now, by an admin or a manager.

    Raises Forbidden for anybody else, and if the new person may not decide it.
    """
    must_be_free_to_decide(request.actor, task, request, around)
    _must_have_charge(task, request, around)
    to = receiver(workflow, task, request, around)
    if to == task.assignee:
        raise Forbidden(refusal(task, request, f"'{to}' already has it"))
    must_be_fit(to, task, request, around)
    move_task(task.status, TaskMove.REASSIGN, task.subject)
    data = {
        "assignee": to,
        "candidates": (to,),
        "role": task.role,
        "principal": None,
        "because": "reassigned",
        "comment": request.comment_sha256,
    }
    return event(Fact.TASK_REASSIGNED, task, request, data)


def _must_have_charge(task: Task, request: Request, around: Surroundings) -> None:
    directory = around.directory
    manager = directory.manager_of(task.assignee) if task.assignee else None
    if manager is not None and manager.id == request.actor:
        return
    if not has(directory, request.actor, Right.REASSIGN):
        sentence = f"'{request.actor}' is neither an admin nor the manager of the one"
        raise Forbidden(refusal(task, request, f"{sentence} who has it"))
