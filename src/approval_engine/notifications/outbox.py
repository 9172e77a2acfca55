"""
An event and the workflow after it → who must be told; pure, nothing is sent here.

The rows go into the transaction of the event, so no message tells of what was undone.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.store.messages import Message

ENDED = {
    Fact.WORKFLOW_APPROVED: "approved",
    Fact.WORKFLOW_REJECTED: "rejected",
    Fact.WORKFLOW_RETURNED: "returned",
    Fact.RECALLED: "recalled",
    Fact.OVERRIDDEN: "overridden",
}
"""The facts that end a workflow, with the kind of message they send."""

ASKED = {
    Fact.TASK_OPENED: "asked",
    Fact.TASK_DELEGATED: "delegated",
    Fact.TASK_REMINDED: "reminder",
    Fact.TASK_ESCALATED: "escalated",
    Fact.TASK_REASSIGNED: "reassigned",
    Fact.NUDGED: "nudged",
}
"""The facts that ask somebody, with the kind of message they send."""

BESIDE = {
    Fact.INFORMED: "informed",
    Fact.INFO_REQUESTED: "info_requested",
    Fact.INFO_PROVIDED: "info_provided",
    Fact.COMMENTED: "replied",
    Fact.OVERRIDE_REQUESTED: "override_requested",
}
"""The facts that concern those they name, with the kind of message they send."""


def messages(events: Iterable[Event], workflow: Workflow) -> Iterator[Message]:
    """
    One message per recipient for each event that concerns somebody.
    """
    for event in events:
        kind, people = _audience(event, workflow)
        for person in dict.fromkeys(people):
            if person != event.actor:
                yield Message(
                    event_id=event.id,
                    workflow_id=workflow.id,
                    task_id=event.task_id if event.action in ASKED else None,
                    kind=kind,
                    recipient=person,
                )


def closed_tasks(events: Iterable[Event]) -> tuple[str, ...]:
    """
    The tasks that these events closed: nothing more is to be sent for them.
    """
    closing = {
        Fact.TASK_APPROVED,
        Fact.TASK_REJECTED,
        Fact.TASK_RETURNED,
        Fact.TASK_CLOSED,
    }
    return tuple(e.task_id for e in events if e.action in closing and e.task_id)


def _audience(event: Event, workflow: Workflow) -> tuple[str, tuple[str, ...]]:
    if event.action in ENDED:
        people = (workflow.submitted_by, workflow.owner or workflow.submitted_by)
        return ENDED[Fact(event.action)], people
    task = workflow.task(event.task_id or "")
    if event.action in BESIDE:
        return BESIDE[Fact(event.action)], _named(event, task)
    if event.action in ASKED and task and task.is_open:
        return ASKED[Fact(event.action)], _asked(task)
    return "", ()


def _named(event: Event, task: Task | None) -> tuple[str, ...]:
    """
    Whom a fact beside the decisions concerns: whom it names, or who has the task.
    """
    data: Any = load(event.data.encode())
    if event.action == Fact.INFO_PROVIDED:
        return _asked(task) if task and task.is_open else ()
    if event.action == Fact.INFORMED:
        return tuple(data["people"])
    if event.action == Fact.OVERRIDE_REQUESTED:
        return tuple(data["tell"])
    named = data.get("asked") or data.get("to")
    return (named,) if named else ()


def _asked(task: Task) -> tuple[str, ...]:
    return (task.assignee,) if task.assignee else task.candidates
