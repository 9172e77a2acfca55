"""
How long an approval is good → the instant it ends, and when that is told before.

Days are those of the calendar, not working days: an offer runs over the weekend too.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from approval_engine.errors import InvalidInput

NOTICE_DAYS = 3
"""How long before its end an approval's owners are told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Validity:
    """
    Good for so many days after the one it was given on, on the clock of `zone`.
    """

    days: int
    zone: str

    def ends_at(self, approved_at: datetime) -> datetime:
        """
        The midnight that ends the last day, in UTC.
        """
        return self._midnight(self._day(approved_at) + timedelta(days=self.days + 1))

    def told_at(self, approved_at: datetime) -> datetime | None:
        """
        NOTICE_DAYS before that; None if the approval is too short for a notice.
        """
        days = self.days + 1 - NOTICE_DAYS
        told_at = self._midnight(self._day(approved_at) + timedelta(days=days))
        return told_at if told_at > approved_at else None

    def _day(self, at: datetime) -> date:
        if at.tzinfo is None:
            raise InvalidInput(f"Expected an instant with its offset, but got {at}.")
        return at.astimezone(ZoneInfo(self.zone)).date()

    def _midnight(self, day: date) -> datetime:
        # Where a clock change skips midnight, the offset before the change counts.
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone))
        return local.astimezone(UTC)
