"""
The one guard: every request on a task comes through `decide`, whatever its channel.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from approval_engine.domain.actions.asking import addition, information, question
from approval_engine.domain.actions.checks import (
    may_change,
    must_be_active,
    must_be_asked,
    must_be_fit,
    must_be_free_to_decide,
    must_be_open,
    must_say_why,
)
from approval_engine.domain.actions.decisions import decision
from approval_engine.domain.actions.handing import (
    claim,
    delegation,
    reassignment,
    release,
)
from approval_engine.domain.actions.request import (
    DECISIONS,
    Action,
    Request,
    Surroundings,
    event,
    refusal,
)
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, InvalidInput

Rule: TypeAlias = Callable[[Workflow, Task, Request, Surroundings], NewEvent]
"""How one kind of request is judged, and the fact it leaves."""

OF_OTHERS: Mapping[Action, Rule] = {
    Action.RELEASE: release,
    Action.REASSIGN: reassignment,
    Action.PROVIDE_INFO: information,
}
"""The requests of people who need not be able to decide the task."""

OF_THE_ASKED: Mapping[Action, Rule] = {
    **dict.fromkeys(DECISIONS, decision),
    Action.CLAIM: claim,
    Action.DELEGATE: delegation,
    Action.REQUEST_INFO: question,
    Action.ADD_APPROVER: addition,
}
"""The requests of those who could decide it now."""


def is_repeat(task: Task, request: Request) -> bool:
    """
    Whether this person already took exactly this decision, or holds this claim.
    """
    if request.action in DECISIONS:
        done = task.status == DECISIONS[request.action][1]
        return done and task.closed_by == request.actor
    claimed = task.status == TaskStatus.CLAIMED and task.assignee == request.actor
    return claimed and request.action == Action.CLAIM


def decide(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    """
    The fact that the request leaves. Raises a Refused that says what is against it.
    """
    if request.within and request.action != Action.APPROVE:
        raise InvalidInput(refusal(task, request, "only an approval has bounds"))
    if request.action == Action.COMMENT:
        return _comment(workflow, task, request, around)
    if not may_change(workflow, task, request, around):
        must_be_open(workflow, task, request)
    must_be_active(request.actor, task, request, around)
    if rule := OF_OTHERS.get(request.action):
        return rule(workflow, task, request, around)
    must_be_free_to_decide(request.actor, task, request, around)
    must_be_asked(task, request, around)
    must_be_fit(request.actor, task, request, around)
    return OF_THE_ASKED[request.action](workflow, task, request, around)


def _comment(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    must_say_why(task, request)
    must_be_active(request.actor, task, request, around)
    asked = {person for seat in workflow.tasks for person in seat.candidates}
    asked |= {seat.assignee for seat in workflow.tasks if seat.assignee}
    asked |= {seat.info_from for seat in workflow.tasks if seat.info_from}
    if request.actor not in asked | {workflow.submitted_by, workflow.owner}:
        raise Forbidden(refusal(task, request, f"'{request.actor}' has no part in it"))
    data: dict[str, object] = {"comment": request.comment_sha256}
    if request.reply_to is not None:
        data |= {"replyTo": request.reply_to, "to": request.to}
    return event(Fact.COMMENTED, task, request, data)
