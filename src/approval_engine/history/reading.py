"""
A workflow id → everything that is shown about it, read in one go and never changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact, stamp
from approval_engine.domain.people import Directory
from approval_engine.domain.seats import is_vacant
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import BROKEN, NotFound, Unreadable, reason
from approval_engine.history import views
from approval_engine.history.shown import more
from approval_engine.planner.document import plan_of
from approval_engine.planner.lateness import late
from approval_engine.planner.plan import PlannedStep, RoutingPlan
from approval_engine.store import catalog, events, workflows
from approval_engine.store.database import Database, Transaction

VACANT = "all whom it asks have left"
"""What is told of a task that waits for nobody who is still there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """
    One workflow with what it was decided under; `incident` is the id of an open one.

    `again` are the decisions on earlier revisions that do not stand, with what changed
    since; `successor` is the workflow that took its place.
    """

    workflow: Workflow
    plan: RoutingPlan
    evaluation: bytes
    incident: str | None
    again: tuple[Mapping[str, Any], ...] = ()
    successor: str | None = None

    def view(self) -> views.View:
        """
        `WorkflowInstance`.
        """
        view = views.workflow_view(self.workflow, self.plan, self.evaluation)
        more = {"supersededBy": self.successor, "heldBy": self.incident}
        return view | {name: value for name, value in more.items() if value}

    def since(self, task: Task, person: str | None = None) -> Mapping[str, Any] | None:
        """
        The last decision on the task's step before this revision, by anybody or by one.
        """
        mine = [
            each
            for each in self.again
            if each["step"] == task.step and person in {None, each["person"]}
        ]
        return mine[-1] if mine else None

    def step(self, step_id: str) -> PlannedStep:
        """
        The planned step of that id.
        """
        return next(step for step in self.plan.steps if step.id == step_id)

    def late(self, task: Task) -> str:
        """
        What happens when nobody answers the task, in words.
        """
        found = late(self.workflow, self.step(task.step))
        words = f"{found.role} {found.words}" if found.role else found.words
        return f"{words} at {stamp(found.at)}" if found.at else words


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
        fields |= more(event)
        if self.attachment:
            fields["attachment"] = self.attachment["name"]
        return fields | ({"comment": self.text} if self.text else {})


def find(database: Database, workflow_id: str) -> Case:
    """
    The workflow of that id. Raises NotFound.
    """
    with database.read() as transaction:
        return case(transaction, workflow_id)


def case(transaction: Transaction, workflow_id: str) -> Case:
    """
    Like `find`, within a transaction. Raises Unreadable.
    """
    found = workflows.read(transaction, workflow_id)
    if found is None:
        sentence = f"There is no workflow '{workflow_id}'."
        raise NotFound(sentence)
    workflow, incident = found
    plan, evaluation = _documents(transaction, workflow)
    return Case(
        workflow=workflow,
        plan=plan,
        evaluation=evaluation,
        incident=incident,
        again=_again(transaction, workflow),
        successor=workflows.successor(transaction, workflow.id),
    )


def _documents(
    transaction: Transaction, workflow: Workflow
) -> tuple[RoutingPlan, bytes]:
    evidence = workflow.evidence
    try:
        plan = plan_of(catalog.body(transaction, evidence.plan))
        return plan, catalog.body(transaction, evidence.evaluation)
    except BROKEN as error:
        sentence = f"The plan of {workflow.subject} cannot be read: {reason(error)}"
        raise Unreadable(workflow.id, sentence) from error


def links(found: Case) -> Iterator[dict[str, object]]:
    """
    The workflow whose place it took, and the one that took its own.
    """
    if found.workflow.supersedes:
        yield {"supersedes": found.workflow.supersedes}
    if found.successor:
        yield {"superseded_by": found.successor}


def _again(
    transaction: Transaction, workflow: Workflow
) -> tuple[Mapping[str, Any], ...]:
    # Only who follows another workflow can have decisions from before.
    if workflow.supersedes is None:
        return ()
    planned = next(
        each
        for each in events.of(transaction, workflow.id)
        if each.action == Fact.PLANNED
    )
    data: Any = load(planned.data.encode())
    return tuple(data.get("askedAgain", ()))


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


def detail(found: Case, people: Directory | None = None) -> Iterator[dict[str, object]]:
    """
    The lines of `status --detail`: who is asked, why, until when, and then what.

    Of an approval that ends, until when it is good. Among today's `people` also which
    task asks nobody who is still there.
    """
    if until := found.workflow.valid_until:
        yield {"valid_until": stamp(until)}
    for task in found.workflow.open_tasks:
        reasons = found.step(task.step).reasons
        yield {
            "task": task.id,
            "step": task.step,
            "role": task.role,
            "asks": views.asked(task),
            "because": [reason.trigger for reason in reasons],
            "due_at": stamp(task.due_at),
            "if_late": found.late(task),
            **_alert(task, people),
            **_since(found, task),
        }


def detail_view(found: Case, people: Directory | None = None) -> views.View:
    """
    `WorkflowInstance` with its open tasks, each an `ApprovalTask` and what comes next.
    """
    tasks = [
        views.task_view(task, found.step(task.step))
        | {"ifLate": found.late(task), **_alert(task, people)}
        for task in found.workflow.open_tasks
    ]
    return found.view() | {"tasks": tasks}


def _alert(task: Task, people: Directory | None) -> dict[str, object]:
    vacant = people is not None and is_vacant(task, people)
    return {"alert": VACANT} if vacant else {}


def _since(found: Case, task: Task) -> dict[str, object]:
    """
    What changed since somebody last decided the step, where anybody did.
    """
    told = found.since(task)
    if told is None:
        return {}
    return {
        "asked_again": told["because"],
        "decided_by": told["person"],
        "decided_in": told["workflow"],
        "changed": [views.change_text(each) for each in told["changes"]],
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
