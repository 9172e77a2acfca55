"""
Instants, statuses and events → the words that a page shows; pure, for templates.

The words that mails use too come from `planner.phrases`.
"""

from datetime import datetime, timedelta

from approval_engine.planner.phrases import (
    exact,
    label,
    local,
    money,
    number,
    price,
    some,
    telling,
    threshold,
    title,
    value,
)

__all__ = [
    "EVENTS",
    "STATUSES",
    "brief",
    "channel",
    "due",
    "exact",
    "label",
    "local",
    "money",
    "number",
    "price",
    "relative",
    "some",
    "telling",
    "threshold",
    "title",
    "value",
]

_SOON = timedelta(hours=8)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_CHANNELS = {"cli": "command line", "api": "program"}

# Each status has a sign of its own beside its word: colour alone tells nobody anything.
STATUSES: dict[str, tuple[str, str]] = {
    "pending": ("◷", "Under review"),
    "approved": ("✓", "Approved"),
    "rejected": ("✕", "Rejected"),
    "returned": ("↩", "Returned for changes"),
    "recalled": ("⤺", "Recalled"),
    "superseded": ("»", "Replaced by a revision"),
    "expired": ("⌛", "Expired"),
    "open": ("○", "Open"),
    "claimed": ("◐", "Taken"),
    "delegated": ("→", "With a stand-in"),
    "escalated": ("↑", "Moved on"),
    "cancelled": ("–", "Cancelled"),
    "not_required": ("–", "No longer needed"),
    "later": ("·", "Not asked yet"),
}
"""Sign and words of every status of a workflow or a task, and of a step ahead."""

EVENTS: dict[str, str] = {
    "submitted": "submitted the quote",
    "planned": "decided who must be asked",
    "informed": "told for information",
    "task_opened": "asked",
    "task_claimed": "took the task",
    "task_released": "gave the task back",
    "task_delegated": "handed the task over",
    "task_stood_in": "gave the task to a stand-in",
    "task_handed_back": "gave the task back",
    "task_graced": "gave the task more time",
    "task_reassigned": "gave the task to somebody else",
    "task_approved": "approved",
    "task_rejected": "rejected",
    "task_returned": "returned it for changes",
    "task_reminded": "sent a reminder",
    "task_escalated": "moved the task up",
    "task_carried": "kept an earlier approval",
    "task_closed": "closed the task",
    "seat_vacated": "left a task that nobody is left to decide",
    "seat_withdrawn": "took out a seat that nobody was left to take",
    "notified": "told those whom the process names",
    "timer_set": "set a timer of the process",
    "timer_fired": "let a timer of the process ring",
    "timer_exhausted": "found nobody left to ask and told the deal desk",
    "step_timed_out": "decided the step, as nobody answered in time",
    "approver_added": "wants one more asked",
    "info_requested": "asked for information",
    "info_provided": "answered",
    "info_withdrawn": "took back the question, as who was asked has left",
    "clock_resumed": "let the clock run on",
    "commented": "commented",
    "nudged": "asked for an answer",
    "override_requested": "asked for an override",
    "override_refused": "refused the override",
    "overridden": "overrode the review",
    "recalled": "recalled the quote",
    "superseded": "put another review in its place",
    "repaired": "made the rows again what the events say",
    "exception_ended": "ended the exception",
    "exception_expiring": "told the owner that the exception ends soon",
    "canary_stopped": "told policy owners that the canary of a policy was stopped",
    "workflow_approved": "closed the review: approved",
    "workflow_rejected": "closed the review: rejected",
    "workflow_returned": "closed the review: returned for changes",
    "workflow_expiring": "told that the approval ends soon",
    "workflow_expired": "ended the approval: it was good no longer",
}
"""What an event says of its actor."""


def relative(at: datetime, now: datetime) -> str:
    """
    How far an instant is away: `in 3 h`, `2 d ago`, `now`.
    """
    seconds = int((at - now).total_seconds())
    if abs(seconds) < _MINUTE:
        return "now"
    span = _span(abs(seconds))
    return f"in {span}" if seconds > 0 else f"{span} ago"


def brief(at: datetime, zone: str, now: datetime) -> str:
    """
    An instant on the clock of a zone, short: `today 16:00`, `Mon 30 Nov 16:00`.
    """
    there, here = local(at, zone), local(now, zone)
    days = (there.date() - here.date()).days
    day = _DAYS.get(days, f"{there:%a} {there.day} {there:%b}")
    return f"{day} {there:%H:%M}"


def due(at: datetime, now: datetime) -> tuple[str, str, str]:
    """
    Urgency, sign and words of a due instant: late, soon or calm.
    """
    left = at - now
    if left <= timedelta(0):
        return "late", "▲", f"late {_span(-int(left.total_seconds()))}"
    words = f"due in {_span(int(left.total_seconds()))}"
    return ("soon", "◆", words) if left <= _SOON else ("calm", "○", words)


def channel(way: str) -> str:
    """
    The way an event came: `cli:ann` is the command line of ann, `web` is itself.
    """
    kind, _, who = way.partition(":")
    return f"{_CHANNELS[kind]} ({who})" if kind in _CHANNELS and who else way


def _span(seconds: int) -> str:
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h"
    return f"{seconds // _DAY} d"
