"""
A decision of great worth → whether whoever takes it has shown who he is just before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from approval_engine.errors import Forbidden, StepUpRequired

_BY_PEOPLE = frozenset({"web", "mail"})
_OF_PROGRAMS = "api:"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepUp:
    """
    Quotes worth more than `over` are decided by people whose log-in is this fresh.

    With None no quote is; overrides always are.
    """

    over: Decimal | None
    within: timedelta

    def check(
        self,
        worth: Decimal | None,
        channel: str,
        proved_at: datetime | None,
        now: datetime,
    ) -> None:
        """
        Raises StepUpRequired if the log-in is too old, Forbidden if it was a token.

        What nobody knows the worth of counts as worth more. The trusted command line
        knows no log-in: there the machine proves who somebody is.
        """
        if self.over is None or (worth is not None and worth <= self.over):
            return
        if channel.startswith(_OF_PROGRAMS):
            sentence = (
                f"What is worth more than {self.over} is decided by people who have"
                " just logged in, not with a token; decide it on the web."
            )
            raise Forbidden(sentence)
        if channel in _BY_PEOPLE and not self.is_fresh(proved_at, now):
            sentence = (
                f"The quote is worth more than {self.over}, so show once more who you"
                " are; nothing was recorded yet."
            )
            raise StepUpRequired(sentence)

    def check_override(
        self, channel: str, proved_at: datetime | None, now: datetime
    ) -> None:
        """
        Raises StepUpRequired if an override comes from a log-in that is too old.
        """
        if channel in _BY_PEOPLE and not self.is_fresh(proved_at, now):
            sentence = (
                "An override sets the rules aside, so show once more who you are;"
                " nothing was recorded yet."
            )
            raise StepUpRequired(sentence)

    def is_fresh(self, proved_at: datetime | None, now: datetime) -> bool:
        """
        Whether somebody who showed then who he is need not do so again.
        """
        return proved_at is not None and now - proved_at <= self.within
