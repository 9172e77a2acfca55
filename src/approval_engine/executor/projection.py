"""
A workflow and the next event → the workflow after it: how the log becomes rows.

Commands and replay both come through `evolve`, so a row can always be rebuilt.
It reads what the event recorded and never a clock, a directory or a database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from approval_engine.definitions import ids
from approval_engine.documents import load
from approval_engine.domain.completion import Outcome, decide
from approval_engine.domain.events import GENESIS, Event, Fact, instant
from approval_engine.domain.lifecycle import (
    TaskMove,
    TaskStatus,
    WorkflowMove,
    WorkflowStatus,
    move_task,
    move_workflow,
)
from approval_engine.domain.workflow import Evidence, PendingTimer, Task, Workflow
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.planner.plan import PlannedStep, RoutingPlan

ANSWERS: Mapping[str, tuple[TaskMove, Outcome]] = {
    Fact.TASK_APPROVED: (TaskMove.APPROVE, Outcome.APPROVED),
    Fact.TASK_REJECTED: (TaskMove.REJECT, Outcome.REJECTED),
    Fact.TASK_RETURNED: (TaskMove.RETURN, Outcome.RETURNED),
}
"""The facts that answer for a seat."""

ENDINGS: Mapping[str, tuple[WorkflowMove, str]] = {
    Fact.WORKFLOW_APPROVED: (WorkflowMove.APPROVE, "approved"),
    Fact.WORKFLOW_REJECTED: (WorkflowMove.REJECT, "rejected"),
    Fact.WORKFLOW_RETURNED: (WorkflowMove.RETURN, "returned"),
    Fact.RECALLED: (WorkflowMove.RECALL, "cancelled"),
}
"""The facts that end a workflow, with the end event that must have been reached."""

RINGING = frozenset({Fact.TASK_REMINDED, Fact.TASK_ESCALATED, Fact.TIMER_EXHAUSTED})
"""The facts that fire timers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pinned:
    """
    What a workflow was started with and keeps to its end.
    """

    definition: engine.Definition
    plan: RoutingPlan

    def step(self, step_id: str) -> PlannedStep:
        """
        The step of that id in the plan.
        """
        return next(step for step in self.plan.steps if step.id == step_id)


def begin(event: Event, pinned: Pinned) -> Workflow:
    """
    The workflow after its first event, which must be `submitted`.
    """
    data: Mapping[str, Any] = load(event.data.encode())  # type: ignore[assignment]
    if event.action != Fact.SUBMITTED or event.prev_hash != GENESIS:
        sentence = f"Expected '{event.id}' to begin a workflow, but it does not."
        raise EngineError(sentence)
    snapshot = engine.start(pinned.definition)
    at = instant(event.timestamp)
    return Workflow(
        id=event.workflow_id,
        quote_id=data["quoteId"],
        quote_revision=data["quoteRevision"],
        attempt=data["attempt"],
        account=data["account"],
        submitted_by=data["submittedBy"],
        owner=data["owner"],
        policy=data["policy"],
        policy_version=data["policyVersion"],
        process=pinned.plan.process,
        evidence=Evidence(**data["evidence"]),
        status=WorkflowStatus.PENDING,
        steps=len(pinned.plan.steps),
        state=snapshot.state,
        ended=snapshot.position.ended,
        timers=(),
        tasks=(),
        created_at=at,
        updated_at=at,
        seq=event.seq,
        head=event.hash,
    )


def evolve(workflow: Workflow, event: Event, pinned: Pinned) -> Workflow:
    """
    The workflow after the event. Raises a Refused or EngineError if it cannot follow.
    """
    data: Mapping[str, Any] = load(event.data.encode())  # type: ignore[assignment]
    after = _apply(workflow, event, data, pinned)
    return replace(
        after,
        updated_at=instant(event.timestamp),
        seq=event.seq,
        head=event.hash,
    )


def _apply(
    workflow: Workflow, event: Event, data: Mapping[str, Any], pinned: Pinned
) -> Workflow:
    if event.action in ANSWERS:
        return _answered(workflow, event, data, pinned)
    if event.action in ENDINGS:
        return _ended(workflow, event, pinned)
    if event.action in RINGING:
        return _rang(workflow, event, data, pinned)
    if (change := _CHANGES.get(event.action)) is None:
        sentence = f"Expected a known fact in '{event.id}', but it says {event.action}."
        raise EngineError(sentence)
    return change(workflow, event, data)


def _opened(workflow: Workflow, event: Event, data: Mapping[str, Any]) -> Workflow:
    at = instant(event.timestamp)
    task = Task(
        id=str(event.task_id),
        workflow_id=workflow.id,
        step=data["step"],
        element=data["element"],
        occurrence=data["occurrence"],
        seat=data["seat"],
        role=data["role"],
        candidates=tuple(data["candidates"]),
        assignee=data["assignee"],
        principal=None,
        status=TaskStatus.OPEN,
        escalation_level=0,
        opened_at=at,
        due_at=instant(data["dueAt"]),
    )
    timers = tuple(_timer(task.step, timer) for timer in data["timers"])
    return replace(
        workflow, tasks=(*workflow.tasks, task), timers=(*workflow.timers, *timers)
    )


def _timer(step: str, data: Mapping[str, Any]) -> PendingTimer:
    return PendingTimer(
        element=data["element"],
        occurrence=data["occurrence"],
        step=step,
        kind=data["kind"],
        level=data["level"],
        due_at=instant(data["dueAt"]),
    )


def _handed(workflow: Workflow, event: Event, data: Mapping[str, Any]) -> Workflow:
    task = _task(workflow, event)
    if event.action == Fact.TASK_CLAIMED:
        status = move_task(task.status, TaskMove.CLAIM, task.subject)
        after = replace(task, status=status, assignee=data["assignee"])
    elif event.action == Fact.TASK_RELEASED:
        status = move_task(task.status, TaskMove.RELEASE, task.subject)
        only = task.candidates[0] if len(task.candidates) == 1 else None
        after = replace(task, status=status, assignee=only)
    else:
        status = move_task(task.status, TaskMove.DELEGATE, task.subject)
        after = replace(
            task,
            status=status,
            assignee=data["assignee"],
            principal=data["principal"],
        )
    return _with(workflow, after)


def _answered(
    workflow: Workflow, event: Event, data: Mapping[str, Any], pinned: Pinned
) -> Workflow:
    task = _task(workflow, event)
    move, _ = ANSWERS[event.action]
    answered = replace(
        task,
        status=move_task(task.status, move, task.subject),
        closed_at=instant(event.timestamp),
        closed_by=event.actor,
        closed_seq=event.seq,
        vetoed=bool(data["veto"]),
    )
    after = _with(workflow, answered)
    outcome = decide(pinned.step(task.step).completion, after.tally(task.step))
    if outcome is None:
        return after
    snapshot = engine.complete(
        pinned.definition,
        after.state,
        task.element,
        {ids.outcome(task.step): str(outcome)},
    )
    left = tuple(timer for timer in after.timers if timer.step != task.step)
    return replace(
        after, state=snapshot.state, ended=snapshot.position.ended, timers=left
    )


def _closed(workflow: Workflow, event: Event, data: Mapping[str, Any]) -> Workflow:
    task = _task(workflow, event)
    status = move_task(task.status, TaskMove(data["move"]), task.subject)
    at = instant(event.timestamp)
    closed = replace(
        task,
        status=status,
        closed_at=at,
        closed_by=event.actor,
        closed_seq=event.seq,
    )
    return _with(workflow, closed)


def _rang(
    workflow: Workflow, event: Event, data: Mapping[str, Any], pinned: Pinned
) -> Workflow:
    state, rung = workflow.state, {tuple(timer) for timer in data["timers"]}
    for element, occurrence in data["timers"]:
        state = engine.fire(pinned.definition, state, element, occurrence).state
    left = tuple(
        timer
        for timer in workflow.timers
        if (timer.element, timer.occurrence) not in rung
    )
    after = replace(workflow, state=state, timers=left)
    if event.action != Fact.TASK_ESCALATED:
        return after
    task = _task(workflow, event)
    moved = replace(
        task,
        status=move_task(task.status, TaskMove.ESCALATE, task.subject),
        role=data["role"],
        candidates=tuple(data["candidates"]),
        assignee=data["assignee"],
        principal=None,
        escalation_level=data["level"],
    )
    return _with(after, moved)


def _ended(workflow: Workflow, event: Event, pinned: Pinned) -> Workflow:
    move, expected = ENDINGS[event.action]
    status = move_workflow(workflow.status, move, workflow.subject)
    state, ended = workflow.state, workflow.ended
    if event.action == Fact.RECALLED:
        snapshot = engine.cancel(pinned.definition, state)
        state, ended = snapshot.state, snapshot.position.ended
    after = replace(workflow, status=status, state=state, ended=ended, timers=())
    if after.verdict != expected:
        sentence = (
            f"The engine ended {workflow.subject} at '{ended}',"
            f" but the decisions say '{expected}'."
        )
        raise EngineError(sentence)
    return after


def _task(workflow: Workflow, event: Event) -> Task:
    task = workflow.task(event.task_id or "")
    if task is None:
        sentence = (
            f"Expected task '{event.task_id}' in {workflow.subject}, but it is not."
        )
        raise EngineError(sentence)
    return task


def _with(workflow: Workflow, changed: Task) -> Workflow:
    tasks = tuple(changed if t.id == changed.id else t for t in workflow.tasks)
    return replace(workflow, tasks=tasks)


def _unchanged(workflow: Workflow, event: Event, data: Mapping[str, Any]) -> Workflow:
    del event, data
    return workflow


_CHANGES: Mapping[str, Callable[[Workflow, Event, Mapping[str, Any]], Workflow]] = {
    Fact.PLANNED: _unchanged,
    Fact.COMMENTED: _unchanged,
    Fact.TASK_OPENED: _opened,
    Fact.TASK_CLAIMED: _handed,
    Fact.TASK_RELEASED: _handed,
    Fact.TASK_DELEGATED: _handed,
    Fact.TASK_CLOSED: _closed,
}
