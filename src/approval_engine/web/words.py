"""
Instants, facts, tests and statuses → the words that a page shows; pure, for templates.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from approval_engine.planner.plan import FactSeen

_SOON = timedelta(hours=8)
_ACRONYM = 3
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_BOUND = re.compile(r"(<=|>=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_WORD = re.compile(r'(not\()?"([^"]*)"(\))?')
_PART = re.compile(r'list contains\(\?,\s*"([^"]*)"\)')
_CHANNELS = {"cli": "command line", "api": "program"}
_BOUNDS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}

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
    "task_reassigned": "gave the task to somebody else",
    "task_approved": "approved",
    "task_rejected": "rejected",
    "task_returned": "returned it for changes",
    "task_reminded": "sent a reminder",
    "task_escalated": "moved the task up",
    "task_closed": "closed the task",
    "timer_exhausted": "found nobody left to ask",
    "approver_added": "wants one more asked",
    "info_requested": "asked for information",
    "info_provided": "answered",
    "clock_resumed": "let the clock run on",
    "commented": "commented",
    "nudged": "asked for an answer",
    "override_requested": "asked for an override",
    "overridden": "overrode the review",
    "recalled": "recalled the quote",
    "workflow_approved": "closed the review: approved",
    "workflow_rejected": "closed the review: rejected",
    "workflow_returned": "closed the review: returned for changes",
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


def due(at: datetime, now: datetime) -> tuple[str, str, str]:
    """
    Urgency, sign and words of a due instant: late, soon or calm.
    """
    left = at - now
    if left <= timedelta(0):
        return "late", "▲", f"late {_span(-int(left.total_seconds()))}"
    words = f"due in {_span(int(left.total_seconds()))}"
    return ("soon", "◆", words) if left <= _SOON else ("calm", "○", words)


def exact(at: datetime, zone: str) -> str:
    """
    An instant on the clock of a zone: `Mon 9 Mar 2026, 14:00 EDT`.
    """
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = at
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def label(name: str) -> str:
    """
    A name of ours as words: `margin_pct` is margin, `below_floor` is below floor.
    """
    return name.removesuffix("_pct").replace("_", " ").replace("-", " ")


def title(name: str) -> str:
    """
    Like `label`, as the beginning of a sentence; `cfo` and `vp` are CFO and VP.
    """
    words = label(name)
    return words[:1].upper() + words[1:] if len(words) > _ACRONYM else words.upper()


def number(value: Decimal) -> str:
    """
    A number with thousands apart and no needless zeros.
    """
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def price(value: Decimal) -> str:
    """
    An amount, whole or with two digits; more where it has them.
    """
    cents = value * 100
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    return f"{value:,.2f}" if cents == cents.to_integral_value() else number(value)


def money(value: Decimal, currency: str) -> str:
    """
    An amount with its currency.
    """
    return f"{currency} {price(value)}"


def telling(facts: Iterable[FactSeen]) -> tuple[FactSeen, ...]:
    """
    The facts that say most in one line: those with a bound, else all of them.
    """
    found = tuple(facts)
    bounded = tuple(fact for fact in found if _BOUND.fullmatch(fact.test.strip()))
    return bounded or found


def value(name: str, text: object, currency: str | None = None) -> str:
    """
    A fact as its name wants it: percents with their sign, money with `currency`.
    """
    amount = _decimal(text)
    if amount is None:
        return _plain(text)
    if currency:
        return money(amount, currency)
    return f"{number(amount)} %" if name.endswith("_pct") else number(amount)


def threshold(name: str, test: str, currency: str | None = None) -> str:
    """
    The test of a rule in words where they are shorter than the test, else the test.
    """
    if bound := _BOUND.fullmatch(test.strip()):
        return f"{_BOUNDS[bound[1]]} {value(name, bound[2], currency)}"
    if word := _WORD.fullmatch(test.strip()):
        return f"not {word[2]}" if word[1] else f"it is {word[2]}"
    if part := _PART.fullmatch(test.strip()):
        return f"it contains {part[1]}"
    return test


def channel(way: str) -> str:
    """
    The way an event came: `cli:ann` is the command line of ann, `web` is itself.
    """
    kind, _, who = way.partition(":")
    return f"{_CHANNELS[kind]} ({who})" if kind in _CHANNELS and who else way


def some(names: Iterable[str]) -> str:
    """
    A list of names as a sentence has it: `A`, `A or B`, `A, B or C`.
    """
    *first, last = list(names) or ["nobody"]
    return f"{', '.join(first)} or {last}" if first else last


def _plain(text: object) -> str:
    if isinstance(text, bool):
        return "yes" if text else "no"
    if isinstance(text, list | tuple):
        return ", ".join(str(part) for part in text) or "none"
    return "not given" if text is None else str(text)


def _decimal(text: object) -> Decimal | None:
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _span(seconds: int) -> str:
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h"
    return f"{seconds // _DAY} d"
