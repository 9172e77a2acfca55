"""
Who may do what to a task, and what then happened: the one guard of every channel.

The web, the command line, the HTTP interface and the worker all come through `decide`,
inside the transaction that holds the workflow's lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import (
    TaskMove,
    TaskStatus,
    WorkflowStatus,
    move_task,
)
from approval_engine.domain.people import Directory
from approval_engine.domain.seats import answered, taken
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, InvalidInput, InvalidState

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """
    One person's wish.

    `to` is the stand-in of a delegation; `comment_sha256` the salted hash of a comment
    whose text never enters the event.
    """

    action: Action
    actor: str
    channel: str
    comment_sha256: str | None = None
    to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """
    What the guard judges by: today's directory, and who must not decide and why.

    `excluded` must not decide the workflow; `unfit` are those of the request who lack
    the authority for this step. `veto` are the roles whose rejection ends it at once.
    """

    directory: Directory
    excluded: Mapping[str, str]
    unfit: Mapping[str, str] = field(default_factory=lambda: NOBODY)
    veto: tuple[str, ...] = ()


DECISIONS: Mapping[Action, tuple[TaskMove, TaskStatus, Fact]] = {
    Action.APPROVE: (TaskMove.APPROVE, TaskStatus.APPROVED, Fact.TASK_APPROVED),
    Action.REJECT: (TaskMove.REJECT, TaskStatus.REJECTED, Fact.TASK_REJECTED),
    Action.RETURN: (TaskMove.RETURN, TaskStatus.RETURNED, Fact.TASK_RETURNED),
}
"""The actions that decide a task: their move, its next status, the fact they leave."""

NEEDS_COMMENT = frozenset({Action.REJECT, Action.RETURN, Action.COMMENT})


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
    if request.action == Action.COMMENT:
        return _comment(workflow, task, request, around)
    _must_be_open(workflow, task, request)
    _must_be_active(request.actor, task, request, around)
    if request.action == Action.RELEASE:
        # Whoever may not decide any more must be able to let go of the task.
        _must_be_asked(task, request, around)
        return _release(task, request)
    _must_be_free_to_decide(request.actor, task, request, around)
    _must_be_asked(task, request, around)
    _must_be_fit(request.actor, task, request, around)
    if request.action in DECISIONS:
        return _decision(workflow, task, request, around)
    if request.action == Action.CLAIM:
        return _claim(task, request)
    return _delegation(workflow, task, request, around)


def _decision(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    move, _, fact = DECISIONS[request.action]
    _must_say_why(task, request)
    _must_not_hold_two_seats(workflow, task, request, around)
    move_task(task.status, move, task.subject)
    veto = request.action == Action.REJECT and _may_veto(task, request, around)
    data = {"comment": request.comment_sha256, "veto": veto}
    return _event(fact, task, request, data)


def _may_veto(task: Task, request: Request, around: Surroundings) -> bool:
    # Who stands in for somebody speaks with his voice.
    people = (request.actor, task.principal or request.actor)
    return any(
        not set(around.directory.roles_of(person)).isdisjoint(around.veto)
        for person in people
    )


def _claim(task: Task, request: Request) -> NewEvent:
    move_task(task.status, TaskMove.CLAIM, task.subject)
    data = {"assignee": request.actor, "comment": request.comment_sha256}
    return _event(Fact.TASK_CLAIMED, task, request, data)


def _release(task: Task, request: Request) -> NewEvent:
    move_task(task.status, TaskMove.RELEASE, task.subject)
    data = {"comment": request.comment_sha256}
    return _event(Fact.TASK_RELEASED, task, request, data)


def _delegation(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    to = request.to
    if to is None:
        sentence = (
            f"Expected a person to delegate {task.subject} to, but none is named."
        )
        raise InvalidInput(sentence)
    _must_be_active(to, task, request, around)
    if to == request.actor:
        raise Forbidden(_refusal(task, request, f"'{to}' already has it"))
    _must_be_free_to_decide(to, task, request, around)
    _must_be_fit(to, task, request, around)
    seats = _other_seats(workflow, task)
    if seat := taken(seats, around.directory).get(to):
        sentence = f"'{to}' has a seat of this step already, task '{seat}'"
        raise Forbidden(_refusal(task, request, sentence))
    move_task(task.status, TaskMove.DELEGATE, task.subject)
    principal = task.principal or request.actor
    data = {"assignee": to, "principal": principal, "comment": request.comment_sha256}
    return _event(Fact.TASK_DELEGATED, task, request, data)


def _comment(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> NewEvent:
    _must_say_why(task, request)
    _must_be_active(request.actor, task, request, around)
    asked = {person for seat in workflow.tasks for person in seat.candidates}
    asked |= {seat.assignee for seat in workflow.tasks if seat.assignee}
    if request.actor not in asked | {workflow.submitted_by, workflow.owner}:
        raise Forbidden(_refusal(task, request, f"'{request.actor}' has no part in it"))
    return _event(Fact.COMMENTED, task, request, {"comment": request.comment_sha256})


def _must_be_open(workflow: Workflow, task: Task, request: Request) -> None:
    if task.is_open and workflow.status == WorkflowStatus.PENDING:
        return
    by = f" by '{task.closed_by}'" if task.closed_by else ""
    at = f" at {task.closed_at:%Y-%m-%d %H:%M} UTC" if task.closed_at else ""
    words = task.status.replace("_", " ")
    raise InvalidState(_refusal(task, request, f"it is {words}{by}{at}"))


def _must_be_free_to_decide(
    person: str, task: Task, request: Request, around: Surroundings
) -> None:
    if reason := around.excluded.get(person):
        sentence = f"'{person}' must not decide: {reason}"
        raise Forbidden(_refusal(task, request, sentence))


def _must_be_fit(
    person: str, task: Task, request: Request, around: Surroundings
) -> None:
    if reason := around.unfit.get(person):
        raise Forbidden(_refusal(task, request, f"'{person}' {reason}"))


def _must_be_active(
    person: str, task: Task, request: Request, around: Surroundings
) -> None:
    user = around.directory.user(person)
    if user is None or not user.active:
        word = "not in the directory" if user is None else "no longer active"
        raise Forbidden(_refusal(task, request, f"'{person}' is {word}"))


def _must_be_asked(task: Task, request: Request, around: Surroundings) -> None:
    if task.assignee == request.actor:
        return
    if task.assignee:
        sentence = f"it is with '{task.assignee}', not with '{request.actor}'"
        raise Forbidden(_refusal(task, request, sentence))
    if request.actor not in task.candidates:
        sentence = f"'{request.actor}' is not one of those asked"
        raise Forbidden(_refusal(task, request, sentence))
    if request.actor not in around.directory.roles.get(task.role, ()):
        sentence = f"'{request.actor}' no longer holds the role {task.role}"
        raise Forbidden(_refusal(task, request, sentence))


def _must_say_why(task: Task, request: Request) -> None:
    if request.action in NEEDS_COMMENT and not request.comment_sha256:
        raise InvalidInput(_refusal(task, request, "a comment is missing"))


def _must_not_hold_two_seats(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> None:
    decided = answered(_other_seats(workflow, task), around.directory)
    for person in (request.actor, task.principal or request.actor):
        if seat := decided.get(person):
            sentence = f"'{person}' already decided this step in task '{seat}'"
            raise Forbidden(_refusal(task, request, sentence))


def _other_seats(workflow: Workflow, task: Task) -> tuple[Task, ...]:
    return tuple(seat for seat in workflow.seats(task.step) if seat.id != task.id)


def _refusal(task: Task, request: Request, reason: str) -> str:
    return f"Expected to {request.action} {task.subject}, but {reason}."


def _event(
    fact: Fact, task: Task, request: Request, data: Mapping[str, object]
) -> NewEvent:
    decided = request.action in DECISIONS
    stand_in = task.principal if task.principal != request.actor else None
    return NewEvent(
        action=fact,
        actor=request.actor,
        channel=request.channel,
        task_id=task.id,
        on_behalf_of=stand_in if task.assignee == request.actor else None,
        data=data,
        natural_key=f"decided:{task.id}" if decided else None,
    )
