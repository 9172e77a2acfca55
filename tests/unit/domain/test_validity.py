"""
How long an approval is good: whole days on one clock, to the midnight that ends them.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from approval_engine.domain.validity import Validity
from approval_engine.errors import InvalidInput


def local(text, zone):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "days", "approved", "ends"),
    [
        ("UTC", 30, "2026-03-02T09:00", "2026-04-02T00:00"),
        ("America/New_York", 30, "2026-03-02T23:59", "2026-04-02T00:00"),
        ("America/New_York", 30, "2026-03-03T00:00", "2026-04-03T00:00"),
        ("Europe/Berlin", 1, "2026-03-28T10:00", "2026-03-30T00:00"),
        ("Europe/Berlin", 1, "2026-10-24T10:00", "2026-10-26T00:00"),
        ("UTC", 365, "2027-03-01T12:00", "2028-03-01T00:00"),
        ("UTC", 1, "2028-02-28T12:00", "2028-03-01T00:00"),
    ],
)
def test_an_approval_is_good_to_the_end_of_its_last_day(zone, days, approved, ends):
    validity = Validity(days=days, zone=zone)

    assert validity.ends_at(local(approved, zone)) == local(ends, zone)


def test_the_notice_comes_three_days_before_the_end_on_the_clock_of_the_zone():
    validity = Validity(days=30, zone="America/New_York")
    approved = local("2026-02-08T12:00", "America/New_York")

    # The clocks go forward in between, so that three days have 71 hours.
    told = validity.told_at(approved)
    assert validity.ends_at(approved) - told == timedelta(hours=71)
    assert told == local("2026-03-08T00:00", "America/New_York")


@pytest.mark.parametrize(("days", "noticed"), [(1, False), (2, False), (3, True)])
def test_an_approval_that_is_too_short_has_no_notice(days, noticed):
    approved = datetime(2026, 3, 2, 9, tzinfo=UTC)

    told = Validity(days=days, zone="UTC").told_at(approved)
    assert (told is not None) is noticed


def test_a_midnight_that_a_clock_change_skips_is_the_first_minute_of_the_day():
    # In Beirut the clocks go from midnight to one o'clock.
    validity = Validity(days=1, zone="Asia/Beirut")
    ends = validity.ends_at(local("2026-03-27T12:00", "Asia/Beirut"))

    assert ends.astimezone(ZoneInfo("Asia/Beirut")).hour == 1


def test_an_instant_without_an_offset_is_refused():
    with pytest.raises(InvalidInput, match="with its offset"):
        Validity(days=1, zone="UTC").ends_at(datetime(2026, 3, 2))  # noqa: DTZ001 that is what is refused
