"""
Facts that fire timers: reminders, escalations, ends of ladders, steps decided by time.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.completion import Outcome
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import TaskMove, move_task
from approval_engine.domain.workflow import Workflow
from approval_engine.executor import engine
from approval_engine.executor.projection.answers import settled
from approval_engine.executor.projection.change import (
    Change,
    Recorded,
    moved,
    pending,
    with_task,
)


def rang(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The timers are fired and wait no more; others may be set in their place.
    """
    fired = {tuple(timer) for timer in recorded.data["timers"]}
    ours = {
        (timer.element, timer.occurrence)
        for timer in workflow.timers
        if not timer.is_drawn
    }
    left = tuple(
        timer
        for timer in workflow.timers
        if (timer.element, timer.occurrence) not in fired
    )
    after, pinned = replace(workflow, timers=left), recorded.pinned
    for element, occurrence in recorded.data["timers"]:
        # The engine refuses what it does not wait for; it never knew of ours.
        if (element, occurrence) not in ours:
            snapshot = engine.fire(
                pinned.definition, after.state, element, occurrence, pinned.facts
            )
            after = moved(after, snapshot)
    return after


def set_now(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    Timers wait that the process drew for itself.
    """
    rows = pending(recorded.data["step"], recorded.data["timers"])
    return replace(workflow, timers=(*workflow.timers, *rows))


def elapsed(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The process went on as it is drawn; a timer that repeats waits again.
    """
    after = rang(workflow, recorded)
    rows = pending(recorded.data["step"], recorded.data["sets"])
    return replace(after, timers=(*after.timers, *rows))


def reminded(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    Whoever is asked is asked again.
    """
    return _followed(rang(workflow, recorded), recorded)


def escalated(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The same task is asked of the next role, or stays while one beside it is opened.
    """
    data = recorded.data
    after = _followed(rang(workflow, recorded), recorded)
    # Logs of before there were tasks beside others do not speak of them.
    if data.get("beside") is not None:
        return after
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


def timed_out(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The step has the outcome that its policy gives to silence.
    """
    task = recorded.task_in(workflow)
    outcome = Outcome(recorded.data["outcome"])
    return settled(rang(workflow, recorded), recorded.pinned, task, outcome)


def _followed(workflow: Workflow, recorded: Recorded) -> Workflow:
    step = recorded.task_in(workflow).step
    set_now = pending(step, recorded.data.get("sets", ()))
    return replace(workflow, timers=(*workflow.timers, *set_now))


CHANGES: Mapping[str, Change] = {
    Fact.TASK_REMINDED: reminded,
    Fact.TASK_ESCALATED: escalated,
    Fact.TIMER_EXHAUSTED: rang,
    Fact.TIMER_SET: set_now,
    Fact.TIMER_FIRED: elapsed,
    Fact.STEP_TIMED_OUT: timed_out,
}
"""The facts that fire timers of a step."""
