from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.domain.calendar import (
    WorkingTime,
    add_hours,
    hours_between,
    subtract_hours,
)
from approval_engine.errors import EngineError, InvalidInput

NEW_YORK = WorkingTime(
    zone="America/New_York",
    holidays=frozenset({date(2026, 5, 25), date(2026, 12, 25)}),
)
ROUND_THE_CLOCK = WorkingTime(
    zone="Europe/Berlin", opens=0, closes=1440, weekdays=frozenset(range(7))
)
MINUTE = timedelta(minutes=1)


def local(text, zone="America/New_York"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-04T10:00", "2", "2026-03-04T12:00"),
        ("2026-03-04T10:00", "7", "2026-03-04T17:00"),
        ("2026-03-04T10:00", "7.5", "2026-03-05T09:30"),
        ("2026-03-04T10:00", "8", "2026-03-05T10:00"),
        ("2026-03-04T10:00", "24", "2026-03-09T10:00"),
        ("2026-03-06T16:00", "2", "2026-03-09T10:00"),
        ("2026-03-07T12:00", "1", "2026-03-09T10:00"),
        ("2026-03-04T05:00", "1", "2026-03-04T10:00"),
        ("2026-03-04T22:00", "1", "2026-03-05T10:00"),
        ("2026-03-04T17:00", "1", "2026-03-05T10:00"),
        ("2026-03-04T09:00", "8", "2026-03-04T17:00"),
        ("2026-05-22T16:00", "2", "2026-05-26T10:00"),
        ("2026-12-24T16:00", "8", "2026-12-28T16:00"),
        ("2026-03-04T16:59:59", "0.5", "2026-03-05T09:29:59"),
        (
            "2026-03-04T10:00",
            "0.0002777777777777777777777777778",
            "2026-03-04T10:00:01",
        ),
    ],
)
def test_hours_are_added_within_working_time(start, hours, due):
    assert add_hours(NEW_YORK, local(start), Decimal(hours)) == local(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-04T10:00", "2026-03-04T10:00"),
        ("2026-03-04T17:00", "2026-03-04T17:00"),
        ("2026-03-04T17:00:01", "2026-03-05T09:00"),
        ("2026-03-04T08:59:59", "2026-03-04T09:00"),
        ("2026-03-07T12:00", "2026-03-09T09:00"),
    ],
)
def test_zero_hours_are_due_at_once_or_at_the_next_opening(start, due):
    assert add_hours(NEW_YORK, local(start), Decimal(0)) == local(due)


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [
        ("2026-03-04T12:00", "2", "2026-03-04T10:00"),
        ("2026-03-04T12:00", "3", "2026-03-04T09:00"),
        ("2026-03-04T12:00", "4", "2026-03-03T16:00"),
        ("2026-03-09T10:00", "2", "2026-03-06T16:00"),
        ("2026-03-08T10:00", "0", "2026-03-06T17:00"),
        ("2026-03-08T10:00", "1", "2026-03-06T16:00"),
        ("2026-03-04T09:00", "0", "2026-03-04T09:00"),
        ("2026-05-26T10:00", "2", "2026-05-22T16:00"),
    ],
)
def test_hours_are_counted_back(end, hours, start):
    assert subtract_hours(NEW_YORK, local(end), Decimal(hours)) == local(start)


@pytest.mark.parametrize(
    ("a", "b", "hours"),
    [
        ("2026-03-04T10:00", "2026-03-04T12:30", "2.5"),
        ("2026-03-06T16:00", "2026-03-09T10:00", "2"),
        ("2026-03-07T00:00", "2026-03-08T12:00", "0"),
        ("2026-05-22T16:00", "2026-05-26T10:00", "2"),
        ("2026-03-09T10:00", "2026-03-06T16:00", "-2"),
        ("2026-03-04T10:00", "2026-03-04T10:00", "0"),
        ("2026-03-04T17:00", "2026-03-05T09:00", "0"),
    ],
)
def test_the_hours_between_two_instants(a, b, hours):
    assert hours_between(NEW_YORK, local(a), local(b)) == Decimal(hours)


def test_working_hours_stay_the_same_over_a_clock_change():
    friday = local("2026-03-06T16:00")
    monday = add_hours(NEW_YORK, friday, Decimal(2))
    assert (friday.hour, monday.hour) == (21, 14)
    assert monday == local("2026-03-09T10:00")


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", "23"), ("2026-10-25", "25"), ("2026-06-01", "24")]
)
def test_a_day_round_the_clock_has_the_hours_that_pass(day, hours):
    begin = local(f"{day}T00:00", "Europe/Berlin")
    # The next local midnight is what the calendar must find for that many hours.
    next_day = date.fromisoformat(day) + timedelta(days=1)
    end = datetime.combine(next_day, time(), ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert hours_between(ROUND_THE_CLOCK, begin, end) == Decimal(hours)
    assert add_hours(ROUND_THE_CLOCK, begin, Decimal(hours)) == end


@pytest.mark.parametrize(
    ("opens", "closes", "day", "hours"),
    [
        # Spring: 02:00 to 03:00 does not exist, 02:30 is read as 03:30.
        (150, 300, date(2026, 3, 29), "1.5"),
        (60, 150, date(2026, 3, 29), "1.5"),
        (150, 195, date(2026, 3, 29), "0"),
        # Autumn: 02:00 to 03:00 happens twice, 02:30 is the first of them.
        (150, 300, date(2026, 10, 25), "3.5"),
        (60, 150, date(2026, 10, 25), "1.5"),
    ],
)
def test_opening_times_that_a_clock_change_skips_or_repeats(opens, closes, day, hours):
    berlin = WorkingTime(
        zone="Europe/Berlin",
        opens=opens,
        closes=closes,
        weekdays=frozenset({day.weekday()}),
    )
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=4)
    worked = hours_between(berlin, begin, begin + timedelta(hours=24))
    assert worked == Decimal(hours)


def test_the_midnight_after_a_day_is_its_closing():
    saturday = WorkingTime(opens=0, closes=1440, weekdays=frozenset({5}))
    midnight = datetime(2026, 3, 8, tzinfo=UTC)
    assert add_hours(saturday, midnight - timedelta(hours=24), Decimal(24)) == midnight
    assert add_hours(saturday, midnight, Decimal(0)) == midnight
    assert subtract_hours(saturday, midnight, Decimal(1)).hour == 23


@pytest.mark.parametrize("count", [add_hours, subtract_hours])
@pytest.mark.parametrize("hours", ["-1", "NaN", "Infinity"])
def test_hours_that_are_no_duration_are_refused(count, hours):
    with pytest.raises(InvalidInput, match="from zero up"):
        count(NEW_YORK, local("2026-03-04T10:00"), Decimal(hours))


@pytest.mark.parametrize("count", [add_hours, subtract_hours])
def test_more_than_a_century_is_refused(count):
    everyday = WorkingTime(opens=0, closes=1, weekdays=frozenset({0}))
    with pytest.raises(InvalidInput, match="a century"):
        count(everyday, datetime(2226, 1, 1, tzinfo=UTC), Decimal(1000))


def test_an_instant_without_an_offset_is_refused():
    naive = datetime(2026, 3, 4, 10)  # noqa: DTZ001
    with pytest.raises(InvalidInput, match="with its offset"):
        add_hours(NEW_YORK, naive, Decimal(1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens": 600, "closes": 600},
        {"opens": 1020, "closes": 540},
        {"opens": -1},
        {"closes": 1441},
        {"weekdays": frozenset()},
        {"weekdays": frozenset({7})},
    ],
)
def test_a_calendar_without_working_time_is_refused(wrong):
    with pytest.raises(InvalidInput, match="Expected working hours"):
        WorkingTime(**wrong)


def test_counting_beyond_the_known_holidays_is_refused():
    known = WorkingTime(years=range(2026, 2027))
    assert add_hours(known, local("2026-12-30T12:00"), Decimal(2))
    with pytest.raises(EngineError, match=r"holidays of 2027 .* 2026 to 2026"):
        add_hours(known, local("2026-12-31T12:00"), Decimal(24))


ZONES = (
    "UTC",
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)
STARTS = st.integers(0, 60 * 24 * 365).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
)
CALENDARS = st.builds(
    WorkingTime,
    zone=st.sampled_from(ZONES),
    opens=st.sampled_from([0, 4 * 60, 9 * 60, 9 * 60 + 20]),
    closes=st.sampled_from([9 * 60 + 21, 17 * 60, 1440]),
    weekdays=st.sets(st.integers(0, 6), min_size=3).map(frozenset),
    holidays=st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=40).map(
        frozenset
    ),
)


def works(calendar, minute):
    """
    Whether people are at work in the minute that begins now, seen on their own clock.
    """
    there = minute.astimezone(ZoneInfo(calendar.zone))
    of_day = there.hour * 60 + there.minute
    a_day = there.weekday() in calendar.weekdays
    if not a_day or there.date() in calendar.holidays:
        return False
    return calendar.opens <= of_day < calendar.closes


def walk(calendar, minute, worked):
    while worked:
        worked -= works(calendar, minute)
        minute += MINUTE
    return minute


@settings(max_examples=60, deadline=None)
@given(CALENDARS, STARTS, st.integers(1, 600))
def test_adding_agrees_with_a_walk_minute_by_minute(calendar, start, minutes):
    hours = Decimal(minutes) / 60
    assert add_hours(calendar, start, hours) == walk(calendar, start, minutes)


@settings(max_examples=60, deadline=None)
@given(CALENDARS, STARTS, st.integers(0, 60 * 24 * 5))
def test_the_hours_between_agree_with_a_walk(calendar, start, minutes):
    span = (start + n * MINUTE for n in range(minutes))
    worked = sum(works(calendar, minute) for minute in span)
    got = hours_between(calendar, start, start + minutes * MINUTE)
    assert got == Decimal(worked) / 60


SECONDS = st.integers(1, 400_000).map(lambda seconds: Decimal(seconds) / 3600)


@given(CALENDARS, STARTS, SECONDS)
def test_what_is_added_lies_between_and_can_be_taken_off(calendar, start, hours):
    due = add_hours(calendar, start, hours)
    assert hours_between(calendar, start, due) == hours
    back = subtract_hours(calendar, due, hours)
    assert hours_between(calendar, back, due) == hours
    assert back >= start


@given(CALENDARS, STARTS, SECONDS, SECONDS)
def test_adding_in_two_parts_is_adding_once(calendar, start, first, second):
    twice = add_hours(calendar, add_hours(calendar, start, first), second)
    assert twice == add_hours(calendar, start, first + second)
