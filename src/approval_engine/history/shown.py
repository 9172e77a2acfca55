"""
An event → what a line of history says of it besides: whom it names, what was decided.
"""

from collections.abc import Mapping
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact

SHOWN: Mapping[str, Mapping[str, str]] = {
    Fact.SUBMITTED: {"supersedes": "supersedes", "because": "because"},
    Fact.SUPERSEDED: {"by": "by", "because": "because"},
    Fact.TASK_APPROVED: {"within": "within"},
    Fact.TASK_CARRIED: {name: name for name in ("person", "workflow", "because")},
    Fact.PLANNED: {
        "processVersion": "process_version",
        "processFallback": "process_fallback",
    },
    Fact.NOTIFIED: {"people": "people", "subject": "subject"},
    Fact.INFORMED: {"role": "role", "people": "people"},
    Fact.TASK_DELEGATED: {"assignee": "to"},
    Fact.TASK_STOOD_IN: {"assignee": "to", "windows": "windows"},
    Fact.TASK_HANDED_BACK: {"assignee": "to", "windows": "windows"},
    Fact.TASK_ESCALATED: {"role": "role", "level": "level", "because": "because"},
    Fact.TASK_REASSIGNED: {"assignee": "to", "because": "because"},
    Fact.REPAIRED: {"fields": "fields"},
    Fact.SEAT_VACATED: {"asked": "asked", "because": "because", "told": "told"},
    Fact.SEAT_WITHDRAWN: {"asked": "asked"},
    Fact.STEP_TIMED_OUT: {"outcome": "outcome", "because": "because"},
    Fact.APPROVER_ADDED: {"approver": "to"},
    Fact.INFO_REQUESTED: {"asked": "to"},
    Fact.COMMENTED: {"replyTo": "reply_to"},
    Fact.OVERRIDE_REQUESTED: {"decision": "decision"},
    Fact.OVERRIDE_REFUSED: {"decision": "decision", "to": "to"},
    Fact.OVERRIDDEN: {"decision": "decision", "requestedBy": "requested_by"},
    Fact.CANARY_STOPPED: {"version": "version", "because": "because"},
    Fact.TASK_CLOSED: {"because": "because", "decidedBy": "decided_by"},
}
"""What a line of history takes from the data of an event, and how it calls it."""


def more(event: Event) -> dict[str, object]:
    """
    The fields that stand in a line of history for this event alone.
    """
    data: Any = load(event.data.encode())
    found = {
        shown: data[name]
        for name, shown in SHOWN.get(event.action, {}).items()
        if data.get(name)
    }
    return found | _by_canary(data) if event.action == Fact.SUBMITTED else found


def _by_canary(data: Any) -> dict[str, object]:  # noqa: ANN401 JSON
    said = data.get("canary")
    return {"canary": f"{said['side']} {said['hash']}"} if said else {}
