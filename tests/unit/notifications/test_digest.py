"""
When a digest goes: the reader's next morning, on his clock.
"""

from datetime import UTC, datetime

import pytest

from approval_engine.domain.people import User
from approval_engine.notifications.digest import next_morning, sent_from


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "after", "morning"),
    [
        # Before the day begins, within it, after it, and on its very beginning.
        ("UTC", "2026-03-02T07:00Z", "2026-03-02T09:00Z"),
        ("UTC", "2026-03-02T11:00Z", "2026-03-03T09:00Z"),
        ("UTC", "2026-03-02T20:00Z", "2026-03-03T09:00Z"),
        ("UTC", "2026-03-02T09:00Z", "2026-03-03T09:00Z"),
        # Over a week-end, and over the night in which New York's clocks change.
        ("UTC", "2026-03-06T16:00Z", "2026-03-09T09:00Z"),
        ("America/New_York", "2026-03-06T16:00-05:00", "2026-03-09T09:00-04:00"),
        # It is the next day already where the reader is.
        ("Asia/Kolkata", "2026-03-02T23:00Z", "2026-03-03T09:00+05:30"),
    ],
)
def test_the_next_morning_is_the_next_beginning_of_a_working_day(zone, after, morning):
    assert next_morning(zone, at(after)) == at(morning)


def test_only_a_reader_of_a_digest_waits_and_only_for_what_can_wait():
    created, morning = at("2026-03-02T11:00Z"), at("2026-03-03T09:00Z")
    reader = User(id="m", name="M", email="m@x", attributes={"digest": "daily"})
    other = User(id="m", name="M", email="m@x", attributes={"digest": "off"})

    assert sent_from(reader, created, None) == morning
    assert sent_from(reader, created, at("2026-03-04T09:00Z")) == morning
    assert sent_from(reader, created, at("2026-03-03T08:00Z")) == created
    assert sent_from(other, created, None) == created
