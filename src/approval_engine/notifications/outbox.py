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
    Fact.SUPERSEDED: "superseded",
    Fact.WORKFLOW_EXPIRING: "expiring",
    Fact.WORKFLOW_EXPIRED: "expired",
    Fact.OVERRIDDEN: "overridden",
}
"""The facts that tell submitter and owner, with the kind of message they send."""

RUNS_OUT = {
    Fact.EXCEPTION_ENDED: "exception_ended",
    Fact.EXCEPTION_EXPIRING: "exception_expiring",
}
"""The facts by which an exception stops to count, with the kind of message."""

ASKED = {
    Fact.TASK_OPENED: "asked",
    Fact.TASK_RELEASED: "asked",
    Fact.TASK_STOOD_IN: "delegated",
    Fact.TASK_HANDED_BACK: "asked",
    Fact.TASK_DELEGATED: "delegated",
    Fact.TASK_REMINDED: "reminder",
    Fact.TASK_ESCALATED: "escalated",
    Fact.TASK_REASSIGNED: "reassigned",
    Fact.NUDGED: "nudged",
}
"""The facts that ask somebody, with the kind of message they send."""

TOLD = {
    Fact.TIMER_EXHAUSTED: "held",
    Fact.SEAT_VACATED: "held",
    Fact.STEP_TIMED_OUT: "timed_out",
}
"""The facts that name whom they tell, with the kind of message they send."""

_ON_TASK = frozenset({*ASKED, Fact.TIMER_EXHAUSTED, Fact.SEAT_VACATED})
"""The facts whose messages are of no use once the task is closed."""


FOR_INFORMATION = "for_information"
"""The kind of message to a principal about what a stand-in has or does for him."""

INFORMS = frozenset(
    {Fact.TASK_OPENED, Fact.TASK_STOOD_IN, Fact.TASK_DELEGATED}
    | {Fact.TASK_APPROVED, Fact.TASK_REJECTED, Fact.TASK_RETURNED}
)
"""The facts of which a principal is told while a stand-in has his work."""

NOTICED = "noticed"
"""The kind of message that a notify task of a process sends."""

BESIDE = {
    Fact.INFORMED: "informed",
    Fact.NOTIFIED: NOTICED,
    Fact.CANARY_STOPPED: "canary_stopped",
    Fact.INFO_REQUESTED: "info_requested",
    Fact.INFO_PROVIDED: "info_provided",
    Fact.INFO_WITHDRAWN: "info_withdrawn",
    Fact.COMMENTED: "replied",
    Fact.OVERRIDE_REQUESTED: "override_requested",
    Fact.OVERRIDE_REFUSED: "override_refused",
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
                    task_id=event.task_id if event.action in _ON_TASK else None,
                    kind=kind,
                    recipient=person,
                )
        principal = _represented(event, workflow)
        if principal and principal != event.actor:
            # It tells of what was done in his name, also when the task is closed.
            yield Message(
                event_id=event.id,
                workflow_id=workflow.id,
                task_id=None,
                kind=FOR_INFORMATION,
                recipient=principal,
            )


def closed_tasks(events: Iterable[Event]) -> tuple[str, ...]:
    """
    The tasks that these events closed: nothing more is to be sent for them.
    """
    closing = {
        Fact.TASK_APPROVED,
        Fact.TASK_REJECTED,
        Fact.TASK_RETURNED,
        Fact.TASK_CARRIED,
        Fact.TASK_CLOSED,
        Fact.SEAT_WITHDRAWN,
    }
    return tuple(e.task_id for e in events if e.action in closing and e.task_id)


def _audience(event: Event, workflow: Workflow) -> tuple[str, tuple[str, ...]]:
    if event.action in ENDED or event.action in RUNS_OUT:
        people = (workflow.submitted_by, workflow.owner or workflow.submitted_by)
        return (ENDED | RUNS_OUT)[Fact(event.action)], people
    if event.action in TOLD:
        data: Any = load(event.data.encode())
        # Logs of before anybody was told of a hold do not name him.
        return TOLD[Fact(event.action)], tuple(data.get("told", ()))
    task = workflow.task(event.task_id or "")
    if event.action in BESIDE:
        return BESIDE[Fact(event.action)], _named(event, task)
    if event.action == Fact.TASK_RELEASED and task and not task.assignee:
        # The others were asked all the time; only a principal has it again.
        return "", ()
    if event.action in ASKED and task and task.is_open:
        return ASKED[Fact(event.action)], _asked(task)
    return "", ()


def _represented(event: Event, workflow: Workflow) -> str | None:
    task = workflow.task(event.task_id or "")
    return task.principal if task and event.action in INFORMS else None


def _named(event: Event, task: Task | None) -> tuple[str, ...]:
    """
    Whom a fact beside the decisions concerns: whom it names, or who has the task.
    """
    data: Any = load(event.data.encode())
    if event.action in {Fact.INFO_PROVIDED, Fact.INFO_WITHDRAWN}:
        return _asked(task) if task and task.is_open else ()
    if event.action in {Fact.INFORMED, Fact.NOTIFIED, Fact.CANARY_STOPPED}:
        return tuple(data["people"])
    if event.action == Fact.OVERRIDE_REQUESTED:
        return tuple(data["tell"])
    named = data.get("asked") or data.get("to")
    return (named,) if named else ()


def _asked(task: Task) -> tuple[str, ...]:
    return (task.assignee,) if task.assignee else task.candidates
