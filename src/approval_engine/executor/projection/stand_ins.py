"""
Facts of windows: a stand-in has a seat, it came back, it got its grace.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.events import Fact, instant
from approval_engine.domain.lifecycle import TaskMove, move_task
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.projection.change import Change, Recorded, with_task


def stood_in(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    Whoever had it is away, and windows lead to somebody else.
    """
    task, data = recorded.task_in(workflow), recorded.data
    changed = replace(
        task,
        status=move_task(task.status, TaskMove.DELEGATE, task.subject),
        assignee=data["assignee"],
        principal=data["principal"],
        windows=tuple(data["windows"]),
    )
    return with_task(workflow, changed)


def handed_back(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The window closed before the stand-in took it up.
    """
    task = recorded.task_in(workflow)
    changed = replace(
        task,
        status=move_task(task.status, TaskMove.RELEASE, task.subject),
        assignee=recorded.data["assignee"],
        principal=None,
        windows=(),
    )
    return with_task(workflow, changed)


def graced(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The seat has longer, and so has the clock of its step.
    """
    task, data = recorded.task_in(workflow), recorded.data
    later = {
        (each["element"], each["occurrence"]): instant(each["dueAt"])
        for each in data["timers"]
    }
    timers = tuple(
        replace(each, due_at=later.get((each.element, each.occurrence), each.due_at))
        for each in workflow.timers
    )
    changed = replace(task, due_at=instant(data["dueAt"]))
    return replace(with_task(workflow, changed), timers=timers)


CHANGES: Mapping[str, Change] = {
    Fact.TASK_STOOD_IN: stood_in,
    Fact.TASK_HANDED_BACK: handed_back,
    Fact.TASK_GRACED: graced,
}
"""The facts that windows leave."""
