"""
Business hours and an instant → the instant that many working hours later or earlier.

Holidays come in as dates: this module knows neither a country nor the wall clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from approval_engine.errors import EngineError, InvalidInput

DAY_MINUTES = 24 * 60
WEEK = frozenset(range(7))
LONGEST_DAYS = 36_600
"""How far a count may reach: a century."""

_DAY = timedelta(days=1)
_NOTHING = timedelta()
_MICROSECOND = timedelta(microseconds=1)
_HOUR_MICROSECONDS = 3_600_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingTime:
    """
    Open from `opens` to `closes`, local minutes after midnight, on `weekdays`.

    Weekdays count from 0 = Monday. `years` are those that `holidays` is known for;
    None means every year. Raises InvalidInput if no day could ever be a working day.
    """

    zone: str = "UTC"
    opens: int = 9 * 60
    closes: int = 17 * 60
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()
    years: range | None = None

    def __post_init__(self) -> None:
        hours = 0 <= self.opens < self.closes <= DAY_MINUTES
        if not hours or not self.weekdays or not self.weekdays <= WEEK:
            raise InvalidInput(f"Expected working hours on some weekday, got {self}.")

    def works(self, day: date) -> bool:
        """
        Whether that local date is a working day.

        Raises EngineError if the holidays of its year are not known.
        """
        if self.years is not None and day.year not in self.years:
            known = f"{self.years.start} to {self.years.stop - 1}"
            raise EngineError(
                f"Expected the holidays of {day.year} in {self.zone}, but only those"
                f" of {known} are known."
            )
        return day.weekday() in self.weekdays and day not in self.holidays


EVERY_HOUR = WorkingTime(opens=0, closes=DAY_MINUTES, weekdays=WEEK)
"""Day and night, for what counts every hour."""


def add_hours(calendar: WorkingTime, start: datetime, hours: Decimal) -> datetime:
    """
    The UTC instant when `hours` of working time have passed since `start`.

    A start outside working time counts from the next opening, also for zero hours.
    What falls on a closing is due at that closing, not at the next opening.
    """
    instant, left = _utc(start), _duration(hours)
    for opens_at, closes_at in _windows(calendar, instant, _DAY):
        begin = max(instant, opens_at)
        if left <= closes_at - begin:
            return begin + left
        left -= max(closes_at - begin, _NOTHING)
    raise InvalidInput(f"Expected less than a century of work, but got {hours} hours.")


def subtract_hours(calendar: WorkingTime, end: datetime, hours: Decimal) -> datetime:
    """
    The UTC instant since which `hours` of working time have passed at `end`.

    An end outside working time counts from the last closing, also for zero hours.
    """
    instant, left = _utc(end), _duration(hours)
    for opens_at, closes_at in _windows(calendar, instant, -_DAY):
        begin = min(instant, closes_at)
        if left <= begin - opens_at:
            return begin - left
        left -= max(begin - opens_at, _NOTHING)
    raise InvalidInput(f"Expected less than a century of work, but got {hours} hours.")


def hours_between(calendar: WorkingTime, a: datetime, b: datetime) -> Decimal:
    """
    The working hours from `a` to `b`; negative if `b` comes first.
    """
    begin, end = _utc(a), _utc(b)
    if end < begin:
        return -hours_between(calendar, end, begin)
    worked = _NOTHING
    for opens_at, closes_at in _windows(calendar, begin, _DAY):
        if opens_at >= end:
            break
        worked += max(min(end, closes_at) - max(begin, opens_at), _NOTHING)
    return Decimal(worked // _MICROSECOND) / _HOUR_MICROSECONDS


def windows(
    calendar: WorkingTime, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """
    Opening and closing of every working day around that span, as UTC instants in order.

    Whoever counts very often makes a table of them.
    """
    end = _utc(until)
    for opens_at, closes_at in _windows(calendar, _utc(since), _DAY):
        if opens_at >= end:
            return
        yield opens_at, closes_at


def _windows(
    calendar: WorkingTime, around: datetime, step: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    # Counting begins one day earlier: midnight is also the closing of the day before.
    zone = ZoneInfo(calendar.zone)
    day = around.astimezone(zone).date() - step
    for _ in range(LONGEST_DAYS):
        if calendar.works(day):
            opens_at = _instant(day, calendar.opens, zone)
            yield opens_at, _instant(day, calendar.closes, zone)
        day += step


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    # A local time that a clock change skips or repeats is read as RFC 5545 does: with
    # the offset before the change.
    wall = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (wall + timedelta(minutes=minutes)).astimezone(UTC)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise InvalidInput(f"Expected an instant with its offset, but got {instant}.")
    return instant.astimezone(UTC)


def _duration(hours: Decimal) -> timedelta:
    if not hours.is_finite() or hours < 0:
        raise InvalidInput(f"Expected hours from zero up, but got {hours}.")
    return timedelta(microseconds=int((hours * _HOUR_MICROSECONDS).to_integral_value()))
