"""
The quick table of working hours says what the exact calendar says.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.analytics.hours import Calendars, Hours
from approval_engine.domain.calendar import (
    EVERY_HOUR,
    WorkingTime,
    add_hours,
    hours_between,
)
from approval_engine.policy.model import Calendar

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
OFFICES = [
    WorkingTime(zone="America/New_York", holidays=frozenset({date(2026, 5, 25)})),
    WorkingTime(zone="Asia/Kolkata", opens=8 * 60 + 15, closes=19 * 60),
    WorkingTime(zone="Europe/Berlin", opens=0, closes=1440, weekdays=frozenset({6})),
    EVERY_HOUR,
]
TABLES = [Hours(office, SINCE, UNTIL) for office in OFFICES]

# The clock change of New York and of Berlin in March are among them.
instants = st.integers(31 * 24 * 60, 323 * 24 * 60).map(
    lambda minutes: SINCE + timedelta(minutes=minutes)
)


@settings(max_examples=60)
@given(which=st.integers(0, 3), one=instants, other=instants)
def test_hours_between_two_instants_are_those_of_the_calendar(which, one, other):
    begin, end = sorted((one, other))
    exact = hours_between(OFFICES[which], begin, end)
    quick = TABLES[which].between(begin.timestamp(), end.timestamp())

    assert quick == pytest.approx(float(exact), abs=1e-6)


@settings(max_examples=60)
@given(which=st.integers(0, 3), at=instants, hours=st.integers(1, 20_000))
def test_an_instant_so_many_hours_later_is_that_of_the_calendar(which, at, hours):
    wanted = Decimal(hours) / 100
    exact = add_hours(OFFICES[which], at, wanted)
    if exact > UNTIL - timedelta(days=8):
        return
    quick = TABLES[which].after(at.timestamp(), float(wanted))

    # A closing and the next opening are the same hour: a rounding may lie between.
    back = TABLES[which].between(at.timestamp(), quick)
    assert back == pytest.approx(float(wanted), abs=1e-6)
    assert quick <= exact.timestamp() + 1


def test_what_lies_behind_the_table_is_its_end():
    table = TABLES[0]

    assert table.after(SINCE.timestamp(), 1e6) <= UNTIL.timestamp()
    assert table.between(0, SINCE.timestamp() - 86400 * 30) == 0
    assert table.after(SINCE.timestamp(), 0) == SINCE.timestamp()


def test_a_calendar_that_the_policy_does_not_know_counts_every_hour():
    office = Calendar(
        name="office",
        time_zone="UTC",
        opens=540,
        closes=1020,
        weekdays=frozenset(range(5)),
        holidays="US",
    )
    calendars = Calendars({"office": office}, SINCE, UNTIL)
    monday = datetime(2026, 3, 2, tzinfo=UTC).timestamp()

    assert calendars.of("office").between(monday, monday + 86400) == 8
    assert calendars.of("none").between(monday, monday + 86400) == 24
    # New Year's Day is a holiday there.
    first = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert calendars.of("office").between(first, first + 86400) == 0
