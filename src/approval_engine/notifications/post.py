"""
The settings → everything that messages are sent with, made once per process.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom

from approval_engine.config import Settings
from approval_engine.errors import InvalidInput
from approval_engine.notifications.signing import Secrets, secrets_of
from approval_engine.notifications.smtp import MailServer, mail_server
from approval_engine.notifications.transport import Reach

MOST_TRIES = 15
"""After so many tries, about three days, a message is dead."""

SHORTEST = timedelta(seconds=30)
LONGEST = timedelta(hours=24)

_SPREAD = (0.8, 1.2)
_DICE = SystemRandom()


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """
    A mail server, if there is one, and what webhooks are signed with and may reach.
    """

    server: MailServer | None = None
    sender: str = ""
    base_url: str | None = None
    secrets: Secrets = field(default_factory=dict, repr=False)
    reach: Reach = Reach()  # noqa: RUF009 it is frozen

    def page(self, path: str) -> str | None:
        """
        The address of a page, if pages have one.
        """
        return f"{self.base_url}{path}" if self.base_url else None


def post_of(settings: Settings) -> Post:
    """
    What the settings say. Raises InvalidInput if mails would have no sender.
    """
    if settings.smtp_url and not settings.mail_from:
        sentence = (
            "Expected CPQ_MAIL_FROM to say who writes the mails that CPQ_SMTP_URL"
            " sends, but it is not set."
        )
        raise InvalidInput(sentence)
    return Post(
        server=mail_server(settings.smtp_url) if settings.smtp_url else None,
        sender=settings.mail_from or "",
        base_url=settings.base_url,
        secrets=secrets_of(settings.webhook_secret),
        reach=Reach(loopback=settings.allow_loopback),
    )


def next_try(now: datetime, tries: int) -> datetime:
    """
    When to try again after so many tries: twice as late each time, and never in step.
    """
    doubled: timedelta = min(SHORTEST * 2 ** (tries - 1), LONGEST)
    return now + max(SHORTEST, min(doubled * _DICE.uniform(*_SPREAD), LONGEST))
