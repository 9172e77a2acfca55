"""
What every change of a workflow shares: what it is given, and how it reaches a task.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from approval_engine.domain.events import Event, instant
from approval_engine.domain.timers import PendingTimer, TimerKind
from approval_engine.domain.validity import Validity
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.planner.plan import PlannedStep, RoutingPlan

Data: TypeAlias = Mapping[str, Any]
"""What an event recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pinned:
    """
    What a workflow was started with and keeps to its end.

    `validity` is asked for when something new happens, not when events are followed.
    `facts` are those of the quote that the definition reads.
    """

    definition: engine.Definition
    plan: RoutingPlan
    validity: Validity | None = None
    facts: engine.Values = field(default_factory=lambda: engine.NO_VALUES)

    def step(self, step_id: str) -> PlannedStep:
        """
        The step of that id in the plan.
        """
        return next(step for step in self.plan.steps if step.id == step_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """
    One event on its way into the workflow: `data` is what its text says.
    """

    event: Event
    data: Data
    pinned: Pinned

    def task_in(self, workflow: Workflow) -> Task:
        """
        The task that it is about. Raises EngineError if the workflow has no such task.
        """
        event = self.event
        task = workflow.task(event.task_id or "")
        if task is None:
            sentence = (
                f"Expected task '{event.task_id}' in {workflow.subject}, but it is not."
            )
            raise EngineError(sentence)
        return task


Change: TypeAlias = Callable[[Workflow, Recorded], Workflow]
"""How one kind of fact moves a workflow on."""


def with_task(workflow: Workflow, changed: Task) -> Workflow:
    """
    The workflow with this task in place of the one of the same id.
    """
    tasks = tuple(changed if t.id == changed.id else t for t in workflow.tasks)
    return replace(workflow, tasks=tasks)


def moved(workflow: Workflow, snapshot: engine.Snapshot) -> Workflow:
    """
    The workflow where the engine now stands; timers of what it left wait no more.
    """
    position = snapshot.position
    waiting = {(each.element, each.occurrence) for each in position.timers}
    asked = {(each.element, each.occurrence) for each in position.tasks}
    steps = {t.step for t in workflow.tasks if (t.element, t.occurrence) in asked}
    left = tuple(
        timer
        for timer in workflow.timers
        if (timer.element, timer.occurrence) in waiting
        or (not timer.is_drawn and (not timer.step or timer.step in steps))
    )
    return replace(
        workflow,
        state=snapshot.state,
        ended=position.ended,
        timers=left,
        passed=(*workflow.passed, *snapshot.passed),
        ran=(*workflow.ran, *snapshot.ran),
    )


def pending(step: str, rows: Iterable[Data]) -> tuple[PendingTimer, ...]:
    """
    The timers that an event sets, for a step or, without one, for the workflow.
    """
    return tuple(
        PendingTimer(
            element=row["element"],
            occurrence=row["occurrence"],
            step=step,
            kind=TimerKind(row["kind"]),
            level=row["level"],
            due_at=instant(row["dueAt"]),
        )
        for row in rows
    )
