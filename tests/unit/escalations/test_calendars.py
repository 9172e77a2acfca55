from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from approval_engine.domain.calendar import add_hours
from approval_engine.errors import EngineError, InvalidInput
from approval_engine.escalations.calendars import working_time, working_time_around
from approval_engine.policy.model import Calendar

YEARS = range(2026, 2028)


def make_calendar(holidays, name="us"):
    return Calendar(
        name=name,
        time_zone="America/New_York",
        opens=540,
        closes=1020,
        weekdays=frozenset(range(5)),
        holidays=holidays,
    )


def test_the_hours_of_the_policy_are_taken_over():
    found = working_time(make_calendar(None), YEARS)
    assert (found.zone, found.opens, found.closes) == ("America/New_York", 540, 1020)
    assert found.weekdays == frozenset(range(5))


def test_holidays_of_every_year_are_known():
    found = working_time(make_calendar("US"), YEARS)
    assert {date(2026, 12, 25), date(2027, 7, 4)} <= found.holidays
    assert not found.works(date(2026, 12, 25))
    assert found.works(date(2026, 12, 28))


def test_a_holiday_on_a_weekend_is_observed_beside_it():
    assert not working_time(make_calendar("US"), YEARS).works(date(2026, 7, 3))


def test_a_subdivision_adds_its_own_holidays():
    bavaria = working_time(make_calendar("DE-BY", "by"), YEARS)
    germany = working_time(make_calendar("DE", "de"), YEARS)
    assert date(2026, 1, 6) in bavaria.holidays
    assert date(2026, 1, 6) not in germany.holidays


def test_a_calendar_without_holidays_counts_through_every_year():
    found = working_time(make_calendar(None), YEARS)
    assert found.holidays == frozenset()
    assert found.works(date(2050, 1, 3))


def test_years_that_were_not_asked_for_are_refused():
    with pytest.raises(EngineError, match="holidays of 2028"):
        working_time(make_calendar("US"), YEARS).works(date(2028, 1, 3))


@pytest.mark.parametrize("code", ["XX", "US-ZZ", "gb"])
def test_unknown_holidays_are_refused(code):
    with pytest.raises(InvalidInput, match=f"calendar 'us', but got '{code}'"):
        working_time(make_calendar(code), YEARS)


def test_around_an_instant_the_hours_of_a_year_can_be_counted():
    new_year = datetime(2026, 12, 31, 20, tzinfo=UTC)
    around = working_time_around(make_calendar("US"), new_year)
    assert add_hours(around, new_year, Decimal(1900)).year == 2027
    assert add_hours(around, new_year, Decimal(4)) == datetime(
        2027, 1, 4, 16, tzinfo=UTC
    )


def test_the_same_calendar_is_computed_once():
    first = working_time(make_calendar("US"), YEARS)
    assert working_time(make_calendar("US"), range(2026, 2028)) is first
