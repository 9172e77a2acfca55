"""
Request and provide information, add an approver: the requests that bring others in.
"""

from approval_engine.domain.actions.checks import (
    must_be_active,
    must_say_why,
    receiver,
)
from approval_engine.domain.actions.request import (
    Request,
    Surroundings,
    event,
    refusal,
)
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, InvalidState


def question(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact that somebody is asked for information, the submitter if none is named.

    The task stays where it is. Raises InvalidState while another answer is awaited, of
    somebody who can still give it.
    """
    must_say_why(task, request)
    asked = request.to or workflow.submitted_by
    must_be_active(asked, task, request, around)
    if asked == request.actor:
        raise Forbidden(refusal(task, request, f"'{asked}' would ask himself"))
    if task.info_from and _is_there(task.info_from, around):
        sentence = f"it waits for information from '{task.info_from}' already"
        raise InvalidState(refusal(task, request, sentence))
    data = {
        "asked": asked,
        "pauses": around.pauses,
        "comment": request.comment_sha256,
    }
    return event(Fact.INFO_REQUESTED, task, request, data)


def _is_there(person: str, around: Surroundings) -> bool:
    user = around.directory.user(person)
    return user is not None and user.active


def information(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact that whoever was asked gave his answer; he need not be an approver.
    """
    del workflow, around
    must_say_why(task, request)
    if task.info_from is None:
        raise InvalidState(refusal(task, request, "nobody was asked for information"))
    if task.info_from != request.actor:
        sentence = f"'{task.info_from}' was asked, not '{request.actor}'"
        raise Forbidden(refusal(task, request, sentence))
    return event(Fact.INFO_PROVIDED, task, request, {"comment": request.comment_sha256})


def addition(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact that an approver wants one more asked, beside the step's rule or after it.

    It takes nothing from the policy. Raises Forbidden if that person must not decide,
    or has a seat of the step, this one included.
    """
    to = receiver(workflow, task, request, around)
    coming = {person for seat in workflow.seats(task.step) for person in seat.then_ask}
    if to in {request.actor, task.assignee, task.principal, *coming}:
        sentence = f"'{to}' has a part in this step already"
        raise Forbidden(refusal(task, request, sentence))
    data = {"approver": to, "after": request.after, "comment": request.comment_sha256}
    return event(Fact.APPROVER_ADDED, task, request, data)
