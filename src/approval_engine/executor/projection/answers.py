"""
Facts that answer for a seat: once the step's rule is met, the engine goes on.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from approval_engine.definitions import ids
from approval_engine.definitions.fields import values
from approval_engine.domain.completion import Outcome
from approval_engine.domain.events import Fact, instant
from approval_engine.domain.lifecycle import TaskMove, change_answer, move_task
from approval_engine.domain.outcome import outcome_of
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor import engine
from approval_engine.executor.projection.change import (
    Change,
    Pinned,
    Recorded,
    moved,
    with_task,
)

NO_TEXTS: Mapping[str, str] = MappingProxyType({})

ANSWERS: Mapping[str, tuple[TaskMove, Outcome]] = {
    Fact.TASK_APPROVED: (TaskMove.APPROVE, Outcome.APPROVED),
    Fact.TASK_REJECTED: (TaskMove.REJECT, Outcome.REJECTED),
    Fact.TASK_RETURNED: (TaskMove.RETURN, Outcome.RETURNED),
}
"""The facts that answer for a seat."""


def answered(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The seat has its answer, and the step its outcome if that was enough.

    An answer that `changes` another takes its place, as the last that was given.
    """
    event = recorded.event
    task = recorded.task_in(workflow)
    move, _ = ANSWERS[event.action]
    moved_on = change_answer if "changes" in recorded.data else move_task
    changed = replace(
        task,
        status=moved_on(task.status, move, task.subject),
        closed_at=instant(event.timestamp),
        closed_by=event.actor,
        closed_seq=event.seq,
        vetoed=bool(recorded.data["veto"]),
    )
    texts = recorded.data.get("fields", {})
    return with_answer(workflow, changed, recorded.pinned, texts)


def with_answer(
    workflow: Workflow, task: Task, pinned: Pinned, texts: Mapping[str, str] = NO_TEXTS
) -> Workflow:
    """
    The workflow with this answered seat; the engine goes on if its step is decided.

    `texts` is what the form of the task says.
    """
    after = with_task(workflow, task)
    outcome = outcome_of(after, task.step, pinned.step(task.step).completion)
    return settled(after, pinned, task, outcome, texts) if outcome else after


def settled(
    workflow: Workflow,
    pinned: Pinned,
    task: Task,
    outcome: Outcome,
    texts: Mapping[str, str] = NO_TEXTS,
) -> Workflow:
    """
    The step of the task has its outcome: the engine goes on, its timers wait no more.
    """
    snapshot = engine.complete(
        pinned.definition,
        workflow.state,
        task.element,
        {ids.outcome(task.step): str(outcome)},
        fields=_fields(pinned, task, texts),
        facts=pinned.facts,
    )
    left = tuple(timer for timer in workflow.timers if timer.step != task.step)
    return moved(replace(workflow, timers=left), snapshot)


def _fields(pinned: Pinned, task: Task, texts: Mapping[str, str]) -> engine.Values:
    if not texts:
        return engine.NO_VALUES
    elements = pinned.definition.tasks
    work = next(each.work for each in elements if each.id == task.element)
    return values(work.fields, texts)


CHANGES: Mapping[str, Change] = dict.fromkeys(ANSWERS, answered)
