"""
A calendar → a table by which instants become working hours and back, quickly.

`domain.calendar` counts exactly, day by day; statistics count often, and in floats.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from approval_engine.domain.calendar import EVERY_HOUR, WorkingTime, windows
from approval_engine.escalations.calendars import working_time
from approval_engine.policy.model import Calendar

AHEAD_DAYS = 400
"""How far ahead is counted; whatever comes later is said to come then."""

_HOUR_S = 3600.0
_YEAR = timedelta(days=366)


class Hours:
    """
    The working hours of one calendar since the first instant of its table.

    Instants are seconds since 1970. What lies beyond the table is its end.
    """

    def __init__(self, calendar: WorkingTime, since: datetime, until: datetime) -> None:
        self._opens: list[float] = []
        self._closes: list[float] = []
        self._before: list[float] = []
        total = 0.0
        for opens_at, closes_at in windows(calendar, since, until):
            opens_s, closes_s = opens_at.timestamp(), closes_at.timestamp()
            self._opens.append(opens_s)
            self._closes.append(closes_s)
            self._before.append(total)
            total += max(0.0, closes_s - opens_s) / _HOUR_S
        self._total = total

    def at(self, seconds: float) -> float:
        """
        How many working hours have passed at that instant.
        """
        place = bisect_right(self._opens, seconds) - 1
        if place < 0:
            return 0.0
        until = min(seconds, self._closes[place])
        return self._before[place] + max(0.0, until - self._opens[place]) / _HOUR_S

    def between(self, since: float, until: float) -> float:
        """
        The working hours from one instant to another, none if it comes before.
        """
        return max(0.0, self.at(until) - self.at(since))

    def after(self, since: float, hours: float) -> float:
        """
        The instant when so many working hours have passed since another.

        What falls on a closing is then, not at the next opening.
        """
        if hours <= 0.0:
            return since
        wanted = self.at(since) + hours
        place = bisect_left(self._before, wanted) - 1
        if place < 0:
            return since
        ends = self._opens[place] + (wanted - self._before[place]) * _HOUR_S
        return max(since, min(ends, self._closes[place]))


class Calendars:
    """
    The tables of the calendars of a policy, from `since` on and far enough after `at`.

    A calendar that the policy does not know counts every hour.
    """

    def __init__(
        self, calendars: Mapping[str, Calendar], since: datetime, at: datetime
    ) -> None:
        self._calendars = calendars
        # Tables are shared: their edges move once a month.
        self._since = _month(since)
        self._until = _month(at) + timedelta(days=AHEAD_DAYS)

    def of(self, name: str) -> Hours:
        """
        The table of the calendar of that name.
        """
        return _hours(self._calendars.get(name), self._since, self._until)


@lru_cache(maxsize=64)
def _hours(calendar: Calendar | None, since: datetime, until: datetime) -> Hours:
    if calendar is None:
        return Hours(EVERY_HOUR, since, until)
    years = range((since - _YEAR).year, (until + _YEAR).year + 1)
    return Hours(working_time(calendar, years), since, until)


def _month(at: datetime) -> datetime:
    return datetime(at.year, at.month, 1, tzinfo=UTC)
