"""
Facts that fire timers: reminders, escalations, and ladders that ended.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import TaskMove, move_task
from approval_engine.domain.workflow import Workflow
from approval_engine.executor import engine
from approval_engine.executor.projection.change import Change, Recorded, with_task


def rang(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The timers are fired, and wait no more.
    """
    fired = {tuple(timer) for timer in recorded.data["timers"]}
    state = workflow.state
    for element, occurrence in recorded.data["timers"]:
        definition = recorded.pinned.definition
        state = engine.fire(definition, state, element, occurrence).state
    left = tuple(
        timer
        for timer in workflow.timers
        if (timer.element, timer.occurrence) not in fired
    )
    return replace(workflow, state=state, timers=left)


def escalated(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The same task is asked of the next role.
    """
    data = recorded.data
    after = rang(workflow, recorded)
    task = recorded.task_in(after)
    moved = replace(
        task,
        status=move_task(task.status, TaskMove.ESCALATE, task.subject),
        role=data["role"],
        candidates=tuple(data["candidates"]),
        assignee=data["assignee"],
        principal=None,
        windows=(),
        escalation_level=data["level"],
    )
    return with_task(after, moved)


CHANGES: Mapping[str, Change] = {
    Fact.TASK_REMINDED: rang,
    Fact.TASK_ESCALATED: escalated,
    Fact.TIMER_EXHAUSTED: rang,
}
"""The facts that fire timers."""
