from datetime import UTC, datetime, timedelta, timezone

from approval_engine.scenarios.clock import StoryClock

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)


def test_a_clock_stands_still_until_it_is_moved():
    clock = StoryClock(NOON)

    assert clock() == clock() == NOON
    clock.move_to(NOON + timedelta(hours=1))
    assert clock() == NOON + timedelta(hours=1)


def test_a_clock_never_goes_back():
    clock = StoryClock(NOON)

    clock.move_to(NOON - timedelta(hours=1))

    assert clock() == NOON


def test_a_clock_speaks_utc():
    clock = StoryClock(NOON.astimezone(timezone(timedelta(hours=9))))

    assert clock().tzinfo is UTC
