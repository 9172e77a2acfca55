"""
Facts that open, hand over and close tasks.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.events import Fact, instant
from approval_engine.domain.lifecycle import TaskMove, TaskStatus, move_task
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor.projection.change import (
    Change,
    Recorded,
    pending,
    with_task,
)


def opened(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    A seat of a step is asked; the first one brings the timers of its step along.
    """
    event, data = recorded.event, recorded.data
    at = instant(event.timestamp)
    task_id = str(event.task_id)
    # Logs of before there were stand-ins do not speak of them.
    principal, status = data.get("principal"), TaskStatus.OPEN
    if principal:
        status = move_task(status, TaskMove.DELEGATE, f"task '{task_id}'")
    task = Task(
        id=task_id,
        workflow_id=workflow.id,
        step=data["step"],
        element=data["element"],
        occurrence=data["occurrence"],
        seat=data["seat"],
        role=data["role"],
        candidates=tuple(data["candidates"]),
        assignee=data["assignee"],
        principal=principal,
        status=status,
        escalation_level=data.get("level", 0),
        opened_at=at,
        due_at=instant(data["dueAt"]),
        windows=tuple(data.get("windows", ())),
        ad_hoc=data.get("adHoc", False),
    )
    timers = (*workflow.timers, *pending(task.step, data["timers"]))
    known = tuple(_no_longer_coming(each, task) for each in workflow.tasks)
    return replace(workflow, tasks=(*known, task), timers=timers)


def _no_longer_coming(seat: Task, opened: Task) -> Task:
    if seat.step != opened.step or opened.assignee not in seat.then_ask:
        return seat
    left = tuple(person for person in seat.then_ask if person != opened.assignee)
    return replace(seat, then_ask=left)


def claimed(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    A candidate took the task for himself.
    """
    task = recorded.task_in(workflow)
    status = move_task(task.status, TaskMove.CLAIM, task.subject)
    assignee = recorded.data["assignee"]
    return with_task(workflow, replace(task, status=status, assignee=assignee))


def released(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    He gave it back to everybody who is asked; a stand-in, to whose work he did.
    """
    task = recorded.task_in(workflow)
    status = move_task(task.status, TaskMove.RELEASE, task.subject)
    only = task.candidates[0] if len(task.candidates) == 1 else None
    owner = recorded.data.get("assignee")
    if owner and not only:
        # He has it as if he had taken it, so he can give it to the others as well.
        status = move_task(status, TaskMove.CLAIM, task.subject)
    changed = replace(
        task, status=status, assignee=owner or only, principal=None, windows=()
    )
    return with_task(workflow, changed)


def delegated(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    A stand-in has it now, in the name of his principal.
    """
    task = recorded.task_in(workflow)
    changed = replace(
        task,
        status=move_task(task.status, TaskMove.DELEGATE, task.subject),
        assignee=recorded.data["assignee"],
        principal=recorded.data["principal"],
        windows=(),
    )
    return with_task(workflow, changed)


def closed(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    Nobody needs its answer any more.
    """
    event = recorded.event
    task = recorded.task_in(workflow)
    move = TaskMove(recorded.data["move"])
    changed = replace(
        task,
        status=move_task(task.status, move, task.subject),
        closed_at=instant(event.timestamp),
        closed_by=event.actor,
        closed_seq=event.seq,
    )
    return with_task(workflow, changed)


CHANGES: Mapping[str, Change] = {
    Fact.TASK_OPENED: opened,
    Fact.TASK_CLAIMED: claimed,
    Fact.TASK_RELEASED: released,
    Fact.TASK_DELEGATED: delegated,
    Fact.TASK_CLOSED: closed,
}
"""The facts about a task that leave the engine where it is."""
