"""
What people type of days and times → instants, on the clock of whoever typed it.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from approval_engine.errors import InvalidInput


def local_instant(text: str, zone: str, what: str) -> datetime:
    """
    The instant that a field such as `2026-11-25T09:00` means in a zone.

    Raises InvalidInput, which says what the field is for, also where a clock change
    skips that time.
    """
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        sentence = (
            f"Expected {what} as a day and a time such as 2026-11-25T09:00, but got"
            f" '{text[:40]}'."
        )
        raise InvalidInput(sentence) from None
    at = _in_utc(wall if wall.tzinfo else wall.replace(tzinfo=ZoneInfo(zone)), what)
    if wall.tzinfo is not None:
        return at
    if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        sentence = f"Expected {what} at a time that there is, but {zone} skips {text}."
        raise InvalidInput(sentence)
    return at


def _in_utc(at: datetime, what: str) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        sentence = f"Expected {what} within the years 1 to 9999, also in UTC."
        raise InvalidInput(sentence) from None


def local_text(at: datetime, zone: str) -> str:
    """
    An instant as such a field shows it.
    """
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def local_day(text: str, zone: str) -> datetime:
    """
    The instant at which a day such as `2026-12-31` ends in a zone. Raises InvalidInput.
    """
    try:
        day = date.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError):
        sentence = f"Expected a day such as 2026-12-31, but got '{text[:40]}'."
        raise InvalidInput(sentence) from None
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
