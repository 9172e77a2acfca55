"""
A recorded fact of a workflow, chained to the one before it by SHA-256.

Every column but `hash` is hashed. Free text never stands in an event: the event holds
a salted hash of it, the text lies in an erasable table.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from approval_engine.documents import canonical, load

GENESIS = "0" * 64
"""The hash before the first event of a workflow."""


class Fact(StrEnum):
    """
    What can be recorded. The comment says what the event's data holds.
    """

    # quote, revision, attempt, evidence hashes, fingerprint, exceptions, what it
    # supersedes and why
    SUBMITTED = "submitted"
    # process, steps in policy order, and who decided before but is asked again
    PLANNED = "planned"
    INFORMED = "informed"  # role, its people, the triggers because of which
    TASK_OPENED = (
        "task_opened"  # the whole task, and its step's timers on the first seat
    )
    TASK_STOOD_IN = "task_stood_in"  # assignee, principal, windows
    TASK_HANDED_BACK = "task_handed_back"  # assignee or nobody, windows that closed
    TASK_GRACED = "task_graced"  # due instant of the seat, timers of its step
    TASK_CLAIMED = "task_claimed"  # assignee, comment hash
    TASK_RELEASED = "task_released"  # comment hash; back to whom, if a stand-in had it
    TASK_DELEGATED = "task_delegated"  # assignee, principal, comment hash
    TASK_REASSIGNED = (
        "task_reassigned"  # assignee, candidates, role, principal, why, comment hash
    )
    TASK_APPROVED = "task_approved"  # comment hash, bounds of an envelope
    TASK_REJECTED = "task_rejected"  # comment hash
    TASK_RETURNED = "task_returned"  # comment hash
    TASK_REMINDED = "task_reminded"  # timer
    TASK_ESCALATED = (
        "task_escalated"  # timers, level, role, candidates, who was skipped, why
    )
    TASK_CARRIED = "task_carried"  # whose approval, of which task and event, and why
    TASK_CLOSED = "task_closed"  # the move, why, and the task whose decision did it
    NOTIFIED = "notified"  # notify task, channel, people, subject, text
    TIMER_SET = "timer_set"  # timers that the process drew for itself
    TIMER_FIRED = "timer_fired"  # such a timer, and when it rings again
    SEAT_VACATED = "seat_vacated"  # whom it asked, who left, who is told
    SEAT_WITHDRAWN = "seat_withdrawn"  # whom it asked, comment hash
    TIMER_EXHAUSTED = "timer_exhausted"  # timers, who is told: nobody is left, it holds
    STEP_TIMED_OUT = "step_timed_out"  # timers, the outcome, what the policy says, told
    APPROVER_ADDED = "approver_added"  # approver, whether after the rule, comment hash
    INFO_REQUESTED = "info_requested"  # asked, whether the clock stops, comment hash
    INFO_PROVIDED = "info_provided"  # comment hash
    INFO_WITHDRAWN = "info_withdrawn"  # who was asked and why he no longer is
    CLOCK_RESUMED = "clock_resumed"  # step, new due instants of its timers and tasks
    COMMENTED = "commented"  # comment hash; of a reply also its event and author
    NUDGED = "nudged"  # nothing
    OVERRIDE_REQUESTED = "override_requested"  # decision, comment hash
    OVERRIDE_REFUSED = "override_refused"  # decision, to whom it is told, comment hash
    # decision, who asked for it, comment hash; of an approval all that one holds
    OVERRIDDEN = "overridden"
    RECALLED = "recalled"  # comment hash
    SUPERSEDED = "superseded"  # by which workflow, and why
    REPAIRED = "repaired"  # which fields of the rows were not what the events say
    EXCEPTION_ENDED = "exception_ended"  # exception, comment hash
    EXCEPTION_EXPIRING = "exception_expiring"  # exception, its last day
    CANARY_STOPPED = "canary_stopped"  # canary, its policy version, why, who is told
    # fingerprint, or by which policy; until when it is good, timers of that
    WORKFLOW_APPROVED = "workflow_approved"
    WORKFLOW_REJECTED = "workflow_rejected"  # step
    WORKFLOW_RETURNED = "workflow_returned"  # step
    WORKFLOW_EXPIRING = "workflow_expiring"  # timers, until when it is good
    WORKFLOW_EXPIRED = "workflow_expired"  # timers


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEvent:
    """
    A fact before it got its place in the chain.

    `natural_key` is unique within the workflow: it stops the same decision or timer
    from being recorded twice whatever went wrong above it.
    """

    action: Fact
    actor: str
    channel: str
    data: Mapping[str, object]
    task_id: str | None = None
    on_behalf_of: str | None = None
    natural_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """
    A fact in its place. `data` is canonical JSON text, `timestamp` RFC 3339 UTC.
    """

    id: str
    workflow_id: str
    seq: int
    task_id: str | None
    action: str
    actor: str
    on_behalf_of: str | None
    channel: str
    timestamp: str
    data: str
    natural_key: str | None
    prev_hash: str
    hash: str


HASHED = tuple(name for name in Event.__slots__ if name != "hash")


def stamp(at: datetime) -> str:
    """
    An aware instant as fixed-width RFC 3339 UTC text, so that text order is time order.
    """
    # Half of the time of strftime, for twenty stamps in each command.
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def instant(text: str) -> datetime:
    """
    The aware UTC instant of a stamp.
    """
    return datetime.fromisoformat(text)


def digest(event: Event) -> str:
    """
    The hash that the event must carry.
    """
    columns = {name: getattr(event, name) for name in HASHED}
    return hashlib.sha256(canonical(columns)).hexdigest()


def chain(
    workflow_id: str, seq: int, head: str, at: datetime, facts: Iterable[NewEvent]
) -> tuple[Event, ...]:
    """
    Give facts their numbers after `seq` and their hashes after `head`.
    """
    events: list[Event] = []
    timestamp = stamp(at)
    for fact in facts:
        seq += 1
        columns: dict[str, object] = {
            "id": f"{workflow_id}:{seq}",
            "workflow_id": workflow_id,
            "seq": seq,
            "task_id": fact.task_id,
            "action": str(fact.action),
            "actor": fact.actor,
            "on_behalf_of": fact.on_behalf_of,
            "channel": fact.channel,
            "timestamp": timestamp,
            "data": canonical(fact.data).decode(),
            "natural_key": fact.natural_key,
            "prev_hash": head,
        }
        head = hashlib.sha256(canonical(columns)).hexdigest()
        events.append(Event(**columns, hash=head))  # type: ignore[arg-type] # by name
    return tuple(events)


def salted(salt: str, text: str) -> str:
    """
    The hash by which an event knows a text that it does not hold.
    """
    return hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()


def comment_of(event: Event) -> str | None:
    """
    The salted hash of what was written with an event, where anything was.
    """
    data: Any = load(event.data.encode())
    comment = data.get("comment")
    return comment if isinstance(comment, str) else None


def first_altered(events: Iterable[Event]) -> int | None:
    """
    The number of the first event that is changed, missing or out of order, else None.
    """
    expected, head = 1, GENESIS
    for event in events:
        intact = (event.seq, event.prev_hash) == (expected, head)
        if not intact or digest(event) != event.hash:
            return expected
        expected, head = expected + 1, event.hash
    return None
