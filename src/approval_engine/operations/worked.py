"""
What was decided → the working hours that a decision of each role takes.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from statistics import median

from approval_engine.domain.calendar import hours_between
from approval_engine.escalations.calendars import working_time
from approval_engine.policy.model import Policy
from approval_engine.store import working
from approval_engine.store.database import Transaction

ENOUGH = 5
"""Of fewer decisions no median is told."""

_HUNDREDTH = Decimal("0.01")


def hours_of_roles(transaction: Transaction, policy: Policy) -> Mapping[str, Decimal]:
    """
    The median working hours from claim to decision, in hundredths, by role.

    They count in the usual calendar of the policy. Roles of which too few decisions are
    recorded are left out.
    """
    calendar = policy.calendars[policy.default_step.calendar]
    found: dict[str, list[Decimal]] = defaultdict(list)
    for each in working.decisions(transaction):
        years = range(each.claimed_at.year - 1, each.decided_at.year + 2)
        time = working_time(calendar, years)
        hours = hours_between(time, each.claimed_at, each.decided_at)
        found[each.role].append(hours)
    return {
        role: median(hours).quantize(_HUNDREDTH)
        for role, hours in found.items()
        if len(hours) >= ENOUGH
    }
