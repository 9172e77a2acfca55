"""
A policy's calendar → working time with the public holidays of the years that count.

The dates come from the `holidays` library, which only this module knows.
"""

from datetime import date, datetime
from functools import lru_cache

from approval_engine.domain.calendar import WorkingTime
from approval_engine.errors import InvalidInput
from approval_engine.policy.model import Calendar

YEARS_AHEAD = 2
"""How far a due instant may lie ahead: far more than any task may wait."""


def working_time_around(calendar: Calendar, at: datetime) -> WorkingTime:
    """
    Working time that can be counted from `at` a year back and YEARS_AHEAD ahead.
    """
    # One year more on the early side: New Year's midnight closes the last year's day.
    return working_time(calendar, range(at.year - 2, at.year + YEARS_AHEAD + 1))


@lru_cache(maxsize=256)
def working_time(calendar: Calendar, years: range) -> WorkingTime:
    """
    Working time that is known for `years` and refuses to count beyond them.

    Raises InvalidInput if nobody knows the holidays that the calendar names.
    """
    known = calendar.holidays
    days = (_holidays(calendar.name, known, year) for year in years) if known else ()
    return WorkingTime(
        zone=calendar.time_zone,
        opens=calendar.opens,
        closes=calendar.closes,
        weekdays=calendar.weekdays,
        holidays=frozenset[date]().union(*days),
        years=years if known else None,
    )


@lru_cache(maxsize=1024)
def _holidays(calendar: str, code: str, year: int) -> frozenset[date]:
    # Imported late: the library takes a tenth of a second, most commands need no dates.
    from holidays import country_holidays

    country, _, subdivision = code.partition("-")
    try:
        found = country_holidays(country, subdiv=subdivision or None, years=[year])
    except NotImplementedError as unknown:
        raise InvalidInput(
            f"Expected a country or subdivision such as US-CA as holidays of calendar"
            f" '{calendar}', but got '{code}'."
        ) from unknown
    return frozenset(found)
