"""
What must hold of a workflow's log: unbroken, in order, and enough to rebuild the rows.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from approval_engine.documents import sha256
from approval_engine.domain.events import Fact, first_altered, stamp
from approval_engine.executor.replay import first_difference
from approval_engine.operations.invariants.model import Subject, data_of

RANG_ON_TASK = frozenset(
    {
        Fact.TASK_REMINDED,
        Fact.TASK_ESCALATED,
        Fact.TIMER_EXHAUSTED,
        Fact.STEP_TIMED_OUT,
    }
)
"""The facts that a timer of a step leaves."""

RANG = RANG_ON_TASK | {Fact.WORKFLOW_EXPIRING, Fact.WORKFLOW_EXPIRED}
"""The facts that a timer leaves."""

SETS = {
    Fact.TASK_OPENED: "timers",
    Fact.WORKFLOW_APPROVED: "timers",
    Fact.OVERRIDDEN: "timers",
    Fact.TASK_ESCALATED: "sets",
    Fact.TASK_REMINDED: "sets",
    Fact.TASK_GRACED: "timers",
}
"""The facts that set timers, and where their data says so."""

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def ids_speak(subject: Subject) -> Iterator[str]:
    """
    One identity each.
    """
    for event in subject.log:
        if event.id != f"{event.workflow_id}:{event.seq}":
            yield f"event {event.seq} is called '{event.id}'"


def chain_holds(subject: Subject) -> Iterator[str]:
    """
    Numbers without a gap, hashes that fit, and the row knows the last one.
    """
    altered = first_altered(subject.log)
    if altered is not None:
        yield f"event {altered} is changed, missing or out of order"
    elif subject.log[-1].hash != subject.workflow.head:
        yield f"the row ends at {subject.workflow.head}, the log elsewhere"


def version_counts(subject: Subject) -> Iterator[str]:
    """
    The row's version is the number of its events.
    """
    counted, there = subject.workflow.seq, len(subject.log)
    if counted != there:
        yield f"the row counts {counted} events, the log has {there}"


def log_rebuilds(subject: Subject) -> Iterator[str]:
    """
    The events alone give the rows.
    """
    if subject.stopped:
        yield subject.stopped
    elif difference := first_difference(subject.states[-1], subject.workflow):
        yield difference


def timers_fire_once(subject: Subject) -> Iterator[str]:
    """
    Each timer fires at most once, one that was set, and not before it is due.
    """
    due: dict[tuple[str, int], str] = {}
    for event in subject.log:
        data = data_of(event)
        set_now = data.get(SETS.get(Fact(event.action), ""), ())
        due |= {(t["element"], t["occurrence"]): t["dueAt"] for t in set_now}
        if event.action == Fact.CLOCK_RESUMED:
            due |= {(element, number): at for element, number, at in data["timers"]}
        for element, occurrence in data["timers"] if event.action in RANG else ():
            due_at = due.pop((element, occurrence), None)
            if due_at is None:
                yield f"event {event.seq} fires '{element}', which does not wait"
            elif event.timestamp < due_at:
                yield f"event {event.seq} fires '{element}' before it is due"


def timers_ask_the_open(subject: Subject) -> Iterator[str]:
    """
    No timer fires on a task that is decided.
    """
    for event, before in subject.with_before():
        task = before.task(event.task_id or "")
        if event.action in RANG_ON_TASK and not (task and task.is_open):
            yield f"event {event.seq} fires on task '{event.task_id}', which is closed"


def clock_runs_on(subject: Subject) -> Iterator[str]:
    """
    Instants in UTC that never go back, and the row knows the first and the last.
    """
    stamps = [event.timestamp for event in subject.log]
    for event in subject.log:
        if not _STAMP.fullmatch(event.timestamp):
            yield f"event {event.seq} happened at '{event.timestamp}'"
    for event, (before, after) in zip(subject.log[1:], pairwise(stamps), strict=True):
        if after < before:
            yield f"event {event.seq} happened before the one in front of it"
    workflow = subject.workflow
    ends = (stamp(workflow.created_at), stamp(workflow.updated_at))
    if ends != (stamps[0], stamps[-1]):
        yield f"the row lasts from {ends[0]} to {ends[1]}, the log does not"


def words_match(subject: Subject) -> Iterator[str]:
    """
    What people wrote is what the event holds the hash of.
    """
    events = {event.seq: event for event in subject.log}
    for seq, text in subject.texts.items():
        written = sha256(f"{text.salt}:{text.body}".encode())
        if seq not in events or data_of(events[seq]).get("comment") != written:
            yield f"the text of event {seq} is not what was written"
