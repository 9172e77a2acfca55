"""
What somebody asks for on a task, what it is judged by, and how a no or a fact is put.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import TaskMove, TaskStatus
from approval_engine.domain.people import Directory
from approval_engine.domain.workflow import Task, Workflow

NOBODY: Mapping[str, str] = MappingProxyType({})


class Action(StrEnum):
    """
    What a person can ask for on a task.
    """

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    CLAIM = "claim"
    RELEASE = "release"
    DELEGATE = "delegate"
    COMMENT = "comment"
    REASSIGN = "reassign"
    REQUEST_INFO = "request-info"
    PROVIDE_INFO = "provide-info"
    ADD_APPROVER = "add-approver"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """
    One person's wish.

    `to` is whom it names: the stand-in, the new approver, who is to inform, or whose
    comment this one answers, the event `reply_to`. `comment_sha256` is the salted hash
    of a comment whose text never enters the event. `after` asks the added approver once
    the rule of the step is met; `bulk` says that several tasks are decided at once.
    `within` are the bounds of an approval, `fields` what the form of the task says.
    """

    action: Action
    actor: str
    channel: str
    comment_sha256: str | None = None
    to: str | None = None
    within: str | None = None
    reply_to: int | None = None
    after: bool = False
    bulk: bool = False
    fields: Mapping[str, str] = field(default_factory=lambda: NOBODY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """
    What the guard judges by: today's directory, and who must not decide and why.

    `excluded` must not decide the workflow; `unfit` are those of the request who lack
    the authority for this step. `veto` are the roles whose rejection ends it at once.
    `pauses`, `bulk` and `waits` are the step's: whether its clock stops while somebody
    is asked for information, whether several of its tasks may be decided at once, and
    whether it is decided only when all have answered.
    """

    directory: Directory
    excluded: Mapping[str, str]
    unfit: Mapping[str, str] = field(default_factory=lambda: NOBODY)
    veto: tuple[str, ...] = ()
    pauses: bool = False
    bulk: bool = False
    waits: bool = False


DECISIONS: Mapping[Action, tuple[TaskMove, TaskStatus, Fact]] = {
    Action.APPROVE: (TaskMove.APPROVE, TaskStatus.APPROVED, Fact.TASK_APPROVED),
    Action.REJECT: (TaskMove.REJECT, TaskStatus.REJECTED, Fact.TASK_REJECTED),
    Action.RETURN: (TaskMove.RETURN, TaskStatus.RETURNED, Fact.TASK_RETURNED),
}
"""The actions that decide a task: their move, its next status, the fact they leave."""


DEEDS: Mapping[Action, str] = {
    Action.COMMENT: "comment on",
    Action.REQUEST_INFO: "ask for information about",
    Action.PROVIDE_INFO: "give information about",
    Action.ADD_APPROVER: "add an approver to",
}
"""How a sentence calls an action whose own name is no verb for a task."""


def other_seats(workflow: Workflow, task: Task) -> tuple[Task, ...]:
    """
    The seats of the task's step beside it.
    """
    return tuple(seat for seat in workflow.seats(task.step) if seat.id != task.id)


def refusal(task: Task, request: Request, reason: str) -> str:
    """
    The sentence that says no.
    """
    deed = DEEDS.get(request.action, request.action)
    return f"Expected to {deed} {task.subject}, but {reason}."


def event(
    fact: Fact, task: Task, request: Request, data: Mapping[str, object]
) -> NewEvent:
    """
    The fact in the actor's name.

    A decision can be recorded once per task, and once instead of each that it changes.
    """
    decided = request.action in DECISIONS
    instead = "" if task.is_open else f":{task.closed_seq}"
    stand_in = task.principal if task.principal != request.actor else None
    return NewEvent(
        action=fact,
        actor=request.actor,
        channel=request.channel,
        task_id=task.id,
        on_behalf_of=stand_in if task.assignee == request.actor else None,
        data=data,
        natural_key=f"decided:{task.id}{instead}" if decided else None,
    )
