"""
A person and a message → when it may be sent: at once, or when his working day begins.

Whoever has `"digest": "daily"` among his attributes in the directory gets one mail a
day. What is due before that is sent at once all the same.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from approval_engine.domain.calendar import WorkingTime, add_hours
from approval_engine.domain.people import User

ATTRIBUTE = "digest"
DAILY = "daily"

_NOW = Decimal(0)


def sent_from(person: User, created_at: datetime, due_at: datetime | None) -> datetime:
    """
    The first instant at which a message may be sent.

    `due_at` is when the task it is about is due, None if it is about none.
    """
    if person.attributes.get(ATTRIBUTE) != DAILY:
        return created_at
    morning = next_morning(person.time_zone, created_at)
    return created_at if due_at is not None and due_at <= morning else morning


def next_morning(zone: str, after: datetime) -> datetime:
    """
    The first beginning of a working day in that zone after an instant.
    """
    day = WorkingTime(zone=zone)
    opens_at = add_hours(day, after, _NOW)
    if opens_at > after:
        return opens_at
    local = after.astimezone(ZoneInfo(zone))
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return add_hours(day, midnight, _NOW)
