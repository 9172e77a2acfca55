"""
A policy → nothing, or every time in it that cannot be counted when it is needed.

Found out at a decision, such a time would hold the workflow; so it is asked before.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from approval_engine.documents import Document, pointer
from approval_engine.domain.calendar import WorkingTime, add_hours
from approval_engine.errors import EngineError, InvalidInput, PolicyError, Problem
from approval_engine.escalations.calendars import working_time_around
from approval_engine.policy.model import Policy, StepRule

MARGIN = Decimal("1.1")
"""How much longer than the policy says it must be possible to count."""


def check_times(document: Document, policy: Policy, at: datetime) -> None:
    """
    Refuses holidays that nobody knows and hours beyond the years whose are known.

    Raises PolicyError with every problem.
    """
    problems = (*_unknown(document, policy, at), *_unreachable(document, policy, at))
    if problems:
        raise PolicyError(*problems)


def _unknown(document: Document, policy: Policy, at: datetime) -> Iterator[Problem]:
    for name, calendar in policy.calendars.items():
        try:
            working_time_around(calendar, at)
        except InvalidInput as unknown:
            place = pointer(pointer("/calendars", name), "holidays")
            yield document.problem(place, "holidays", str(unknown))


def _unreachable(document: Document, policy: Policy, at: datetime) -> Iterator[Problem]:
    rules = {"/defaults": policy.default_step}
    rules |= {pointer("/steps", step): rule for step, rule in policy.steps.items()}
    for place, rule in rules.items():
        hours = _longest(rule)
        try:
            calendar = working_time_around(policy.calendars[rule.calendar], at)
        except InvalidInput:
            continue
        if not _reaches(calendar, at, hours * MARGIN):
            sentence = (
                f"Expected times that calendar '{rule.calendar}' can count,"
                f" but got {hours:f} hours."
            )
            yield document.problem(place, "too_long", sentence)


def _reaches(calendar: WorkingTime, at: datetime, hours: Decimal) -> bool:
    try:
        add_hours(calendar, at, hours)
    except (EngineError, InvalidInput):
        return False
    return True


def _longest(rule: StepRule) -> Decimal:
    sla = max(each.hours for each in rule.sla)
    latest = Decimal(0)
    for level in rule.escalate_to:
        after = latest + sla if level.after_hours is None else level.after_hours
        latest = max(latest, after)
    return max(sla, latest, *rule.remind_after_hours)
