"""
What must hold of who decided, and of who was told.
"""

from collections.abc import Iterator
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.delegation import acting_for
from approval_engine.domain.events import Event, Fact, instant
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.projection import ANSWERS
from approval_engine.notifications.outbox import FOR_INFORMATION, messages
from approval_engine.operations.invariants.model import Subject, data_of
from approval_engine.store.delivery import MARK
from approval_engine.store.restored import unmarked

IN_A_NAME = frozenset({*ANSWERS, Fact.TASK_CLAIMED, Fact.TASK_DELEGATED})
"""The facts for which a stand-in needs a delegation; anybody may let go of a task."""


def nobody_decides_his_own(subject: Subject) -> Iterator[str]:
    """
    No decision by submitter, owner, editor, their stand-ins, or who was not asked.

    A stand-in has a delegation: the windows that led to him run, or a person handed the
    task to him.
    """
    for event in subject.log:
        if event.action in ANSWERS:
            yield from _conflicts(subject, event, event.actor)
        elif event.action == Fact.TASK_CARRIED:
            yield from _conflicts(subject, event, data_of(event)["person"])
    for event, before in subject.with_before():
        if event.action in ANSWERS:
            yield from _unasked(before, event)
        if event.action in IN_A_NAME and event.on_behalf_of:
            yield from _unfounded(subject, before, event)


def the_right_people_are_told(subject: Subject) -> Iterator[str]:
    """
    One message per recipient of an event, and none that no event sent.
    """
    due = {
        message.id: message.kind
        for event, after in subject.with_after()
        for message in messages((event,), after)
    }
    events = {event.id: event for event in subject.log}
    stored = set()
    for row in subject.outbox:
        own = unmarked(row["id"])
        if not row["recipient"].startswith(MARK):
            stored.add(own)
        elif row["kind"] != getattr(events.get(row["event_id"]), "action", None):
            yield f"message '{row['id']}' tells a webhook of what did not happen"
        if row["event_id"] not in events:
            yield f"message '{row['id']}' tells of an event that is not there"
        if own != f"{row['event_id']}:{row['kind']}:{row['recipient']}":
            yield f"message '{row['id']}' has an id that is not its own"
    # A log that began before principals were informed may lack that they were.
    older = "fingerprint" not in data_of(subject.log[0])
    may_lack = FOR_INFORMATION if older else None
    missing = sorted(n for n in due if n not in stored and due[n] != may_lack)
    yield from (f"message '{each}' is missing" for each in missing)
    yield from (f"message '{each}' was never due" for each in sorted(stored - set(due)))


def _conflicts(subject: Subject, event: Event, decider: str) -> Iterator[str]:
    workflow, at = subject.workflow, instant(event.timestamp)
    people = (
        workflow.submitted_by,
        workflow.owner,
        _editor(subject),
        *_authors(subject),
    )
    for person in dict.fromkeys(each for each in people if each):
        if decider == person:
            yield f"event {event.seq}: '{person}' decides his own quote"
        elif decider in acting_for(subject.delegations, person, at):
            yield f"event {event.seq}: '{decider}' decides and acts for '{person}'"


def _editor(subject: Subject) -> str | None:
    quote: Any = load(subject.documents["quote"])
    found = quote.get("editedBy") or quote.get("edited_by")
    return str(found) if found else None


def _authors(subject: Subject) -> tuple[str, ...]:
    evaluation: Any = load(subject.documents["evaluation"])
    return tuple(person for person, _ in evaluation.get("authors", ()))


def _unfounded(subject: Subject, before: Workflow, event: Event) -> Iterator[str]:
    task = before.task(event.task_id or "")
    if task is None or task.principal != event.on_behalf_of:
        # Somebody whom the task does not know is a finding of its own.
        return
    known = {each.id: each for each in subject.delegations}
    at = instant(event.timestamp)
    if not task.windows and not _was_handed(subject, event):
        yield f"event {event.seq}: nobody handed task '{task.id}' over"
    for name in task.windows:
        window = known.get(name)
        if window is None:
            yield f"event {event.seq}: there is no delegation '{name}'"
        elif task.is_lent and not window.starts_at <= at < window.closes_at:
            yield f"event {event.seq}: delegation '{name}' does not run then"


def _was_handed(subject: Subject, event: Event) -> bool:
    earlier = (each for each in subject.log if each.seq < event.seq)
    return any(
        each.action in {Fact.TASK_DELEGATED, Fact.TASK_REASSIGNED}
        and each.task_id == event.task_id
        and data_of(each)["principal"] == event.on_behalf_of
        for each in earlier
    )


def _unasked(before: Workflow, event: Event) -> Iterator[str]:
    task = before.task(event.task_id or "")
    if task is None:
        yield f"event {event.seq} decides task '{event.task_id}', which is not there"
        return
    asked = (task.assignee,) if task.assignee else task.candidates
    if event.actor not in asked:
        yield f"event {event.seq}: '{event.actor}' was not asked"
    if event.on_behalf_of not in {None, task.principal}:
        yield f"event {event.seq}: nobody delegated for '{event.on_behalf_of}'"
