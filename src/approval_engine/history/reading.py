"""
A workflow id → everything that is shown about it, read in one go and never changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact, stamp
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import NotFound
from approval_engine.history import views
from approval_engine.planner.document import plan_of
from approval_engine.planner.plan import PlannedStep, RoutingPlan
from approval_engine.store import catalog, events, workflows
from approval_engine.store.database import Database, Transaction

SHOWN: Mapping[str, Mapping[str, str]] = {
    Fact.INFORMED: {"role": "role", "people": "people"},
    Fact.TASK_REASSIGNED: {"assignee": "to", "because": "because"},
    Fact.APPROVER_ADDED: {"approver": "to"},
    Fact.INFO_REQUESTED: {"asked": "to"},
    Fact.COMMENTED: {"replyTo": "reply_to"},
    Fact.OVERRIDE_REQUESTED: {"decision": "decision"},
    Fact.OVERRIDDEN: {"decision": "decision", "requestedBy": "requested_by"},
    Fact.TASK_CLOSED: {"because": "because", "decidedBy": "decided_by"},
}
"""What a line of history takes from the data of an event, and how it calls it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """
    One workflow with what it was decided under; `incident` is the id of an open one.
    """

    workflow: Workflow
    plan: RoutingPlan
    evaluation: bytes
    incident: str | None

    def view(self) -> views.View:
        """
        `WorkflowInstance`.
        """
        return views.workflow_view(self.workflow, self.plan, self.evaluation)

    def step(self, step_id: str) -> PlannedStep:
        """
        The planned step of that id.
        """
        return next(step for step in self.plan.steps if step.id == step_id)

    def late(self, task: Task) -> str:
        """
        What happens when nobody answers the task, in words.
        """
        waiting = sorted(
            (timer.due_at, timer.level)
            for timer in self.workflow.timers
            if timer.step == task.step and timer.kind == "escalation"
        )
        levels = self.step(task.step).escalations
        if not waiting or waiting[0][1] > len(levels):
            return "it is held and the deal desk is told"
        due_at, level = waiting[0]
        return f"{levels[level - 1].role} is asked at {stamp(due_at)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """
    One event with what was written, if it was not erased.
    """

    event: Event
    text: str | None

    @property
    def attachment(self) -> Mapping[str, Any]:
        """
        Name, media type, hash and size of the file that came with it; mostly empty.
        """
        data: Any = load(self.event.data.encode())
        return data.get("attachment") or {}

    def view(self) -> views.View:
        """
        `WorkflowEvent`, and the comment.
        """
        return views.event_view(self.event) | {"comment": self.text}

    def line(self) -> dict[str, object]:
        """
        The fields of a line of `cpq approval history`.
        """
        event = self.event
        fields: dict[str, object] = {
            "seq": event.seq,
            "at": event.timestamp,
            "action": event.action,
            "actor": event.actor,
            "task": event.task_id or "-",
        }
        if event.on_behalf_of:
            fields["on_behalf_of"] = event.on_behalf_of
        fields |= _more(event)
        if self.attachment:
            fields["attachment"] = self.attachment["name"]
        return fields | ({"comment": self.text} if self.text else {})


def _more(event: Event) -> dict[str, object]:
    """
    What a line says of an event besides: whom it names, and what was decided.
    """
    data: Any = load(event.data.encode())
    return {
        shown: data[name]
        for name, shown in SHOWN.get(event.action, {}).items()
        if data.get(name)
    }


def find(database: Database, workflow_id: str) -> Case:
    """
    The workflow of that id. Raises NotFound.
    """
    with database.read() as transaction:
        return case(transaction, workflow_id)


def case(transaction: Transaction, workflow_id: str) -> Case:
    """
    Like `find`, within a transaction.
    """
    found = workflows.read(transaction, workflow_id)
    if found is None:
        sentence = f"There is no workflow '{workflow_id}'."
        raise NotFound(sentence)
    workflow, incident = found
    return Case(
        workflow=workflow,
        plan=plan_of(catalog.body(transaction, workflow.evidence.plan)),
        evaluation=catalog.body(transaction, workflow.evidence.evaluation),
        incident=incident,
    )


def timeline(database: Database, workflow_id: str) -> tuple[Entry, ...]:
    """
    The events of a workflow in order, with what people wrote. Raises NotFound.
    """
    with database.read() as transaction:
        return timeline_in(transaction, workflow_id)


def timeline_in(transaction: Transaction, workflow_id: str) -> tuple[Entry, ...]:
    """
    Like `timeline`, within a transaction.
    """
    log = events.of(transaction, workflow_id)
    texts = events.texts(transaction, workflow_id)
    if not log:
        sentence = f"There is no workflow '{workflow_id}'."
        raise NotFound(sentence)
    return tuple(
        Entry(event=event, text=texts[event.seq].body if event.seq in texts else None)
        for event in log
    )


def detail(found: Case) -> Iterator[dict[str, object]]:
    """
    The lines of `status --detail`: who is asked, why, until when, and then what.
    """
    for task in found.workflow.open_tasks:
        reasons = found.step(task.step).reasons
        yield {
            "task": task.id,
            "step": task.step,
            "role": task.role,
            "asks": task.assignee or task.candidates,
            "because": [reason.trigger for reason in reasons],
            "due_at": stamp(task.due_at),
            "if_late": found.late(task),
        }


def submitter_of(database: Database, quote_id: str) -> str:
    """
    Who submits the newest revision of a quote. Raises NotFound.
    """
    with database.read() as transaction:
        row = catalog.quote(transaction, quote_id)
    if row is None:
        sentence = f"There is no quote '{quote_id}'."
        raise NotFound(sentence)
    return row.submitted_by


def asked_for(database: Database, workflow_id: str, task_id: str) -> str | None:
    """
    Whom a task asks: its assignee, who decided it, or its first candidate.

    Raises NotFound if there is no such task in the workflow.
    """
    with database.read() as transaction:
        found = workflows.read(transaction, workflow_id)
    if found is None:
        sentence = f"There is no workflow '{workflow_id}'."
        raise NotFound(sentence)
    task = found[0].task(task_id)
    if task is None:
        sentence = f"There is no task '{task_id}' in {found[0].subject}."
        raise NotFound(sentence)
    decided = None if task.is_open else task.closed_by
    return decided or task.assignee or next(iter(task.candidates), None)
