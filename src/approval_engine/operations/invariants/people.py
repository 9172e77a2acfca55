"""
What must hold of who decided, and of who was told.
"""

from collections.abc import Iterator
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.completion import decide
from approval_engine.domain.delegation import acting_for
from approval_engine.domain.events import Event, Fact, instant
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.projection import ANSWERS
from approval_engine.notifications.outbox import messages
from approval_engine.operations.invariants.model import Subject, data_of


def nobody_decides_his_own(subject: Subject) -> Iterator[str]:
    """
    No decision by submitter, owner, editor, their stand-ins, or who was not asked.
    """
    for event in subject.log:
        if event.action in ANSWERS:
            yield from _conflicts(subject, event, event.actor)
        elif event.action == Fact.TASK_CARRIED:
            yield from _conflicts(subject, event, data_of(event)["person"])
    for event, before in subject.with_before():
        if event.action in ANSWERS:
            yield from _unasked(before, event)


def the_right_people_are_told(subject: Subject) -> Iterator[str]:
    """
    One message per recipient of an event, and none that no event sent.
    """
    spared = _spared(subject)
    expected = {
        message.id
        for event, after in subject.with_after()
        for message in messages((event,), after)
        if message.task_id not in spared
    }
    events = {event.id for event in subject.log}
    stored = set()
    for row in subject.outbox:
        stored.add(row["id"])
        if row["event_id"] not in events:
            yield f"message '{row['id']}' tells of an event that is not there"
        if row["id"] != f"{row['event_id']}:{row['kind']}:{row['recipient']}":
            yield f"message '{row['id']}' has an id that is not its own"
    yield from (f"message '{each}' is missing" for each in sorted(expected - stored))
    yield from (f"message '{each}' was never due" for each in sorted(stored - expected))


def _spared(subject: Subject) -> frozenset[str]:
    """
    The tasks that were answered by earlier approvals before anybody could be told.
    """
    found: set[str] = set()
    for event, after in subject.with_after():
        task = after.task(event.task_id or "")
        if event.action != Fact.TASK_CARRIED or task is None:
            continue
        found.add(task.id)
        completion = subject.pinned.step(task.step).completion
        if decide(completion, after.tally(task.step)):
            found |= {seat.id for seat in after.seats(task.step)}
    return frozenset(found)


def _conflicts(subject: Subject, event: Event, decider: str) -> Iterator[str]:
    workflow, at = subject.workflow, instant(event.timestamp)
    people = (workflow.submitted_by, workflow.owner, _editor(subject))
    for person in dict.fromkeys(each for each in people if each):
        if decider == person:
            yield f"event {event.seq}: '{person}' decides his own quote"
        elif decider in acting_for(subject.delegations, person, at):
            yield f"event {event.seq}: '{decider}' decides and acts for '{person}'"


def _editor(subject: Subject) -> str | None:
    quote: Any = load(subject.documents["quote"])
    found = quote.get("editedBy") or quote.get("edited_by")
    return str(found) if found else None


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
