"""
A routed quote → when each step would be due if it were submitted at that instant.
"""

from collections.abc import Mapping
from datetime import datetime

from approval_engine.domain.calendar import add_hours
from approval_engine.escalations.calendars import working_time_around
from approval_engine.executor.routed import Routed


def deadlines(routed: Routed) -> Mapping[str, datetime]:
    """
    By step, when it is due if everybody before it takes all the time he has.

    A stage begins when the one before it in its chain is done; how a drawn process
    waits beside that is not foreseen.
    """
    found: dict[str, datetime] = {}
    for chain in routed.plan.chains():
        begins = routed.at
        for stage in chain:
            for step in stage:
                calendar = routed.policy.calendars[step.calendar]
                working = working_time_around(calendar, routed.at)
                found[step.id] = add_hours(working, begins, step.sla_hours)
            begins = max(found[step.id] for step in stage)
    return found
