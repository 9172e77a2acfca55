"""
The outbox → mail server and webhooks, one round: claim, send, mark.

Nothing is sent within a transaction. What was claimed and not marked comes due again:
a message is sent at least once, always under the same id, and nothing is lost.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from time import monotonic

from approval_engine.domain.events import stamp
from approval_engine.errors import StorageError, Undelivered
from approval_engine.notifications import traced
from approval_engine.notifications.host import Host
from approval_engine.notifications.post import MOST_TRIES, SHORTEST, Post, next_try
from approval_engine.store import delivery, incidents
from approval_engine.store.database import Transaction
from approval_engine.store.delivery import Claimed

CLAIM = timedelta(minutes=5)
"""How long a message is ours before another sender takes it for forgotten."""

ROUND_S = 20.0
"""How long a round begins anything new: timers wait behind it."""

_LOG = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True)
class Tally:
    """
    What came of a round so far: mails and webhook messages.
    """

    sent: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """
    One round of sending: what it works with, and until when it begins anything.
    """

    host: Host
    post: Post
    stop: Event | None
    ends_at: float
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def open(cls, host: Host, post: Post, stop: Event | None) -> "Office":
        """
        The office of a round that begins now.
        """
        return cls(host=host, post=post, stop=stop, ends_at=monotonic() + ROUND_S)

    def closes(self) -> bool:
        """
        Whether nothing more should be begun.
        """
        stopped = self.stop is not None and self.stop.is_set()
        return stopped or monotonic() >= self.ends_at

    def now(self) -> datetime:
        """
        The time.
        """
        return self.host.clock()

    def claimed(
        self, claim: Callable[[Transaction, str, str], tuple[Claimed, ...]]
    ) -> tuple[Claimed, ...]:
        """
        Messages that are ours for a while, in a transaction of their own.
        """
        now = self.now()
        with self.host.database.begin() as transaction:
            return claim(transaction, stamp(now), stamp(now + CLAIM))

    def each(
        self,
        messages: Iterable[Claimed],
        mark: Callable[[Transaction, Claimed], None],
    ) -> None:
        """
        Mark messages one by one: rows that are locked together could wait in a circle.
        """
        for message in messages:
            with self.host.database.begin() as transaction:
                mark(transaction, message)

    def failed(self, messages: Sequence[Claimed], error: Exception) -> None:
        """
        Note why messages did not arrive; they are tried again, or dead.
        """
        self.tally.failed += 1
        now, detail = self.now(), _detail(error)
        traced.failed(error, dead=messages[0].attempts >= MOST_TRIES)
        for message in messages:
            _LOG.warning(
                "action=undelivered message=%s try=%d %s",
                message.id,
                message.attempts,
                detail,
            )

        def mark(transaction: Transaction, message: Claimed) -> None:
            if message.attempts >= MOST_TRIES:
                delivery.dead(transaction, message, stamp(now), detail)
                return
            next_at = next_try(now, message.attempts)
            delivery.again(transaction, message, stamp(next_at), stamp(now), detail)

        self.each(messages, mark)

    def release(self, messages: Iterable[Claimed], *, now: bool = False) -> None:
        """
        Give back what was not tried; without `now` it rests a little.
        """
        until = stamp(self.now() + (timedelta() if now else SHORTEST))
        self.each(messages, lambda tx, each: delivery.release(tx, each, until))


def hold(office: Office, broken: Iterable[tuple[Claimed, str]]) -> None:
    """
    Hold the workflows of messages that cannot be written, with the sentence why.

    Such a message waits until its incident is closed, and goes out as one of its own.
    """
    for message, detail in broken:
        at = stamp(office.now())
        with office.host.database.begin() as transaction:
            incident = incidents.add(
                transaction, message.workflow_id, "message", detail, at
            )
            delivery.unbind(transaction, message.id)
            delivery.release(transaction, message, at)
        words = "action=hold workflow=%s incident=%s"
        _LOG.error(words, message.workflow_id, incident)


def attempt(
    office: Office, messages: Sequence[Claimed], send: Callable[[], Sequence[Claimed]]
) -> bool:
    """
    Send once and mark what came of it; False if the receiver as such is away.

    `send` gives back the messages that really went out.
    """
    with traced.trying(messages) as span:
        try:
            sent = send()
        except StorageError:
            raise
        except Undelivered as error:
            office.failed(messages, error)
            return not error.whole
        except Exception as error:  # noqa: BLE001 one must not stop the others
            office.failed(messages, error)
            return True
        office.each(sent, delivery.sent)
        span.note({"cpq.outcome": "sent" if sent else "nothing"})
    office.tally.sent += bool(sent)
    for message in sent:
        _LOG.info("action=sent message=%s", message.id)
    return True


def _detail(error: Exception) -> str:
    if isinstance(error, Undelivered):
        return str(error)
    return f"{type(error).__name__}: {error}"[:300]
