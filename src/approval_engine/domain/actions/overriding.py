"""
Override: what an admin may decide in spite of the steps, and when it needs a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from approval_engine.domain.actions.request import Surroundings
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import WorkflowMove, move_workflow
from approval_engine.domain.rights import Right, has, people_with
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import Forbidden, InvalidInput, InvalidState

OVERRIDES: Mapping[str, WorkflowMove] = {
    "approve": WorkflowMove.APPROVE,
    "reject": WorkflowMove.REJECT,
}
"""What an admin may decide."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OverrideRequest:
    """
    One admin's wish.

    `asked_by` asked for the same before; `alone` says that the quote is small enough
    for one person.
    """

    decision: str
    actor: str
    channel: str
    comment_sha256: str | None
    asked_by: str | None = None
    alone: bool = False


def override(
    workflow: Workflow, request: OverrideRequest, around: Surroundings
) -> NewEvent:
    """
    The fact that the review is over, or that another admin must say the same.

    It answers for no task. Raises a Refused that says what is against it.
    """
    subject = workflow.subject
    must_be_admin(f"override {subject}", request.actor, around)
    if not request.comment_sha256:
        sentence = f"Expected to override {subject}, but a reason is missing."
        raise InvalidInput(sentence)
    if request.decision not in OVERRIDES:
        sentence = (
            f"Expected to override {subject} by 'approve' or 'reject',"
            f" but got '{request.decision[:40]}'."
        )
        raise InvalidInput(sentence)
    move_workflow(workflow.status, OVERRIDES[request.decision], subject)
    data: dict[str, object] = {
        "decision": request.decision,
        "comment": request.comment_sha256,
    }
    second = _is_second(request, around)
    if not (second or request.alone):
        data["tell"] = _others(request, around)
        return _event(Fact.OVERRIDE_REQUESTED, request, data)
    data["requestedBy"] = request.asked_by if second else None
    return _event(Fact.OVERRIDDEN, request, data)


def refuse_override(
    workflow: Workflow, request: OverrideRequest, around: Surroundings
) -> NewEvent:
    """
    The fact that the override that was asked for is not to be; the review goes on.

    Whoever asked may take it back himself. Raises a Refused.
    """
    subject = workflow.subject
    deed = f"refuse the override of {subject}"
    must_be_admin(deed, request.actor, around)
    if request.asked_by is None:
        raise InvalidState(f"Expected to {deed}, but none waits for a second admin.")
    if not request.comment_sha256:
        raise InvalidInput(f"Expected to {deed}, but a reason is missing.")
    move_workflow(workflow.status, OVERRIDES[request.decision], subject)
    data: dict[str, object] = {
        "decision": request.decision,
        "to": request.asked_by,
        "comment": request.comment_sha256,
    }
    return _event(Fact.OVERRIDE_REFUSED, request, data)


def must_be_admin(deed: str, actor: str, around: Surroundings) -> None:
    """
    Raises Forbidden, which names the deed, unless he is an admin who may decide here.
    """
    user = around.directory.user(actor)
    reason = None
    if user is None or not user.active:
        reason = f"is {'no longer active' if user else 'not in the directory'}"
    elif not has(around.directory, actor, Right.OVERRIDE):
        reason = "is no admin"
    elif excluded := around.excluded.get(actor):
        reason = f"must not decide: {excluded}"
    if reason:
        raise Forbidden(f"Expected to {deed}, but '{actor}' {reason}.")


def _is_second(request: OverrideRequest, around: Surroundings) -> bool:
    first = request.asked_by
    # A second account of the same person is no second person.
    if first is None or first in around.directory.accounts_of(request.actor):
        return False
    # Whoever asked must be one who may still decide here, for he decides too.
    return has(around.directory, first, Right.OVERRIDE) and first not in around.excluded


def _others(request: OverrideRequest, around: Surroundings) -> tuple[str, ...]:
    mine = around.directory.accounts_of(request.actor)
    return tuple(
        user.id
        for user in people_with(around.directory, Right.OVERRIDE)
        if user.id not in mine and user.id not in around.excluded
    )


def _event(
    fact: Fact, request: OverrideRequest, data: Mapping[str, object]
) -> NewEvent:
    return NewEvent(
        action=fact, actor=request.actor, channel=request.channel, data=data
    )
