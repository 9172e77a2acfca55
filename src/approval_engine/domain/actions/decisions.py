"""
Approve, reject and return: the requests that decide a task.
"""

from approval_engine.domain.actions.checks import (
    must_not_hold_two_seats,
    must_say_why,
)
from approval_engine.domain.actions.request import (
    DECISIONS,
    Action,
    Request,
    Surroundings,
    event,
    refusal,
)
from approval_engine.domain.events import NewEvent
from approval_engine.domain.lifecycle import change_answer, move_task
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden


def decision(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact of an approval, rejection or return. Raises a Refused.

    `changes` is the event of the same person instead of which it stands.
    """
    move, _, fact = DECISIONS[request.action]
    if request.bulk and not around.bulk:
        sentence = f"step '{task.step}' must be decided one task at a time"
        raise Forbidden(refusal(task, request, sentence))
    must_say_why(task, request)
    must_not_hold_two_seats(workflow, task, request, around)
    (move_task if task.is_open else change_answer)(task.status, move, task.subject)
    veto = request.action == Action.REJECT and _may_veto(task, request, around)
    data: dict[str, object] = {"comment": request.comment_sha256, "veto": veto}
    if not task.is_open:
        data["changes"] = task.closed_seq
    if request.within:
        data["within"] = request.within
    if request.fields:
        data["fields"] = dict(request.fields)
    return event(fact, task, request, data)


def _may_veto(task: Task, request: Request, around: Surroundings) -> bool:
    # Who stands in for somebody speaks with his voice.
    people = (request.actor, task.principal or request.actor)
    return any(
        not set(around.directory.roles_of(person)).isdisjoint(around.veto)
        for person in people
    )
