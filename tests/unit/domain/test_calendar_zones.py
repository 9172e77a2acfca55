"""
Every clock change of seven years in six zones, beside a second way to count: a walk on
the clock of the wall, a quarter of an hour at a time, that knows only the zone's rules.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from approval_engine.definitions.wording import duration
from approval_engine.domain.calendar import (
    WorkingTime,
    add_hours,
    hours_between,
    subtract_hours,
)

ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Asia/Kolkata",
)
CHANGING = {"Europe/Berlin", "Europe/London", "America/New_York", "Australia/Sydney"}
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

OFFICE, NIGHT, ALWAYS = (9 * 60, 17 * 60), (0, 6 * 60), (0, 24 * 60)
WEEK, ALL_WEEK = frozenset(range(5)), frozenset(range(7))
CALENDARS = [(OFFICE, WEEK), (NIGHT, ALL_WEEK), (ALWAYS, ALL_WEEK), (ALWAYS, WEEK)]


@cache
def changes(zone):
    """
    The instants, on the hour, at which the offset of a zone changes.
    """
    there = ZoneInfo(zone)
    found, day = [], FIRST
    while day < LAST:
        if _offset(day, there) != _offset(day + DAY, there):
            hours = (day + n * HOUR for n in range(25))
            found.append(
                next(
                    at
                    for at in hours
                    if _offset(at - HOUR, there) != _offset(at, there) and at > day
                )
            )
        day += DAY
    return tuple(found)


def _offset(at, zone):
    return at.astimezone(zone).utcoffset()


class Walk:
    """
    Counts by looking at the wall clock at each step; local days and minutes only.
    """

    def __init__(self, calendar):
        self._calendar = calendar
        self._zone = ZoneInfo(calendar.zone)

    def works(self, at):
        wall = at.astimezone(self._zone)
        minute = wall.hour * 60 + wall.minute
        open_day = wall.weekday() in self._calendar.weekdays
        free = wall.date() in self._calendar.holidays
        open_now = self._calendar.opens <= minute < self._calendar.closes
        return open_day and not free and open_now

    def forward(self, at, steps):
        while steps:
            steps -= self.works(at)
            at += STEP
        return at

    def back(self, at, steps):
        while steps:
            at -= STEP
            steps -= self.works(at)
        return at

    def between(self, begin, end):
        steps = (end - begin) // STEP
        return sum(self.works(begin + n * STEP) for n in range(steps))


def agree(calendar, start, steps):
    """
    Both ways of counting say the same of this start, forwards, backwards and between.
    """
    walk, hours = Walk(calendar), Decimal(steps) / 4
    ahead = add_hours(calendar, start, hours)
    assert ahead == walk.forward(start, steps), (calendar.zone, start)
    assert subtract_hours(calendar, start, hours) == walk.back(start, steps)
    assert hours_between(calendar, start, ahead) * 4 == walk.between(start, ahead)


def make(zone, hours, days, holidays=()):
    opens, closes = hours
    return WorkingTime(
        zone=zone,
        opens=opens,
        closes=closes,
        weekdays=days,
        holidays=frozenset(holidays),
    )


@pytest.mark.parametrize("zone", ZONES)
def test_the_zones_change_their_clocks_as_often_as_we_think(zone):
    assert len(changes(zone)) == (14 if zone in CHANGING else 0)


@pytest.mark.parametrize("zone", sorted(CHANGING))
@pytest.mark.parametrize(("hours", "days"), CALENDARS)
def test_every_clock_change_is_counted_as_on_the_wall(zone, hours, days):
    calendar = make(zone, hours, days)
    for change in changes(zone):
        for before in (1, 7, 30, 100):
            agree(calendar, change - before * STEP, 26)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2024, 2028])
def test_leap_days_month_ends_weekends_and_holidays_are_counted(zone, year):
    holidays = {date(year, 2, 28), date(year, 12, 31), date(year + 1, 1, 1)}
    for hours in (OFFICE, ALWAYS):
        calendar = make(zone, hours, WEEK, holidays)
        for month, day in ((2, 27), (2, 29), (4, 30), (6, 28), (12, 30)):
            local = datetime(year, month, day, 15, 45, tzinfo=ZoneInfo(zone))
            agree(calendar, local.astimezone(UTC), 20)


@pytest.mark.parametrize("zone", sorted(CHANGING))
def test_a_day_is_not_always_24_hours(zone):
    always = make(zone, ALWAYS, ALL_WEEK)
    lengths = []
    for change in changes(zone):
        day = change.astimezone(ZoneInfo(zone)).date()
        begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
        following = day + DAY
        ends = begins.replace(
            year=following.year, month=following.month, day=following.day
        )
        begin, end = begins.astimezone(UTC), ends.astimezone(UTC)
        lengths.append(hours_between(always, begin, end))
        # PT24H ends an hour beside P1D, which is the next midnight on the wall.
        assert abs(add_hours(always, begin, Decimal(24)) - end) == HOUR
    assert sorted(set(lengths)) == [23, 25]
    assert lengths.count(23) == lengths.count(25) == 7


def test_hours_are_drawn_in_hours_and_never_in_days():
    drawn = [duration(Decimal(hours)) for hours in (24, 48, 240)]

    assert drawn == ["PT24H", "PT48H", "PT240H"]
