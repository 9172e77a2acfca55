"""
Facts that bring other people in: new owners of a task, informers, added approvers.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.events import Fact, instant
from approval_engine.domain.lifecycle import TaskMove, move_task
from approval_engine.domain.timers import PendingTimer
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.projection.change import Change, Recorded, with_task


def reassigned(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    Somebody else has the task, or others are asked; nothing else about it changes.
    """
    data = recorded.data
    task = recorded.task_in(workflow)
    changed = replace(
        task,
        status=move_task(task.status, TaskMove.REASSIGN, task.subject),
        role=data["role"],
        assignee=data["assignee"],
        candidates=tuple(data["candidates"]),
        principal=data["principal"],
        windows=(),
    )
    return with_task(workflow, changed)


def info_requested(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The task waits for information, and the clock of its step may stand still.
    """
    at = instant(recorded.event.timestamp)
    task = recorded.task_in(workflow)
    asked = replace(task, info_from=recorded.data["asked"], info_since=at)
    after = with_task(workflow, asked)
    if not recorded.data["pauses"]:
        return after
    timers = (
        replace(timer, paused_at=at)
        if timer.step == task.step and timer.paused_at is None
        else timer
        for timer in workflow.timers
    )
    return replace(after, timers=tuple(timers))


def info_provided(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The task waits for nothing but its decision.
    """
    task = recorded.task_in(workflow)
    return with_task(workflow, replace(task, info_from=None, info_since=None))


def clock_resumed(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The step's timers run on, and all that was due is due as much later.
    """
    data = recorded.data
    rings = {(element, number): due for element, number, due in data["timers"]}
    due = dict(data["tasks"])

    def resumed(timer: PendingTimer) -> PendingTimer:
        later = rings.get((timer.element, timer.occurrence))
        if later is None:
            return timer
        return replace(timer, due_at=instant(later), paused_at=None)

    tasks = tuple(
        replace(task, due_at=instant(due[task.id])) if task.id in due else task
        for task in workflow.tasks
    )
    return replace(workflow, timers=tuple(map(resumed, workflow.timers)), tasks=tasks)


def approver_added(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    One more will be asked; whoever is asked at once has his own opening.
    """
    if not recorded.data["after"]:
        return workflow
    task = recorded.task_in(workflow)
    then_ask = (*task.then_ask, recorded.data["approver"])
    return with_task(workflow, replace(task, then_ask=then_ask))


CHANGES: Mapping[str, Change] = {
    Fact.TASK_REASSIGNED: reassigned,
    Fact.INFO_REQUESTED: info_requested,
    Fact.INFO_PROVIDED: info_provided,
    Fact.INFO_WITHDRAWN: info_provided,
    Fact.CLOCK_RESUMED: clock_resumed,
    Fact.APPROVER_ADDED: approver_added,
}
"""The facts about who has a part in a step."""
