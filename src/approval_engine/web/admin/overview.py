"""
What needs an administrator now, each number with the list behind it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, url_for

from approval_engine.store import crew, overrides, oversight, workers
from approval_engine.store.database import Transaction
from approval_engine.store.oversight import MOST, Pile
from approval_engine.store.workers import PATIENCE, Watch
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, office, page

blueprint = office("admin", "")

SOON = timedelta(days=7)
"""How near the end of an approval is when it is told here."""

SLOW = timedelta(minutes=5)
"""How long a message may wait beyond its time before somebody should look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """
    One thing that may need somebody; with a count of zero it is in order.

    `words` say what it is, `hint` what it means; `urgency` is late or soon.
    """

    words: str
    link: str
    hint: str
    pile: Pile
    urgency: str = "late"
    fine: str = ""

    @property
    def number(self) -> str:
        """
        The count as it is shown.
        """
        return f"{MOST}+" if self.pile.count > MOST else str(self.pile.count)


@blueprint.get("")
def overview() -> Response:
    """
    The things that need somebody, the worst first, then those that are in order.
    """
    runtime = context.runtime()
    now = runtime.clock()
    with runtime.database.read() as transaction:
        watch = workers.watch(transaction, now)
        found = (*_stuck(transaction), *_late(transaction, now, watch))
        found += _people(transaction, now)
        crewed = crew.members(transaction, LIMIT)
    return page(
        "overview.html",
        needed=[each for each in found if each.pile.count],
        fine=[each for each in found if not each.pile.count],
        watch=watch,
        crew=crewed,
        live=[each for each in crewed if each.seen_at >= now - PATIENCE],
    )


def _stuck(transaction: Transaction) -> tuple[Signal, ...]:
    directory = context.directory(transaction)
    vacant = oversight.vacant(transaction, directory, LIMIT)
    oldest = min((task.opened_at for task in vacant), default=None)
    return (
        Signal(
            words="Open incidents",
            link=url_for("incidents.incidents"),
            hint="Each holds one workflow until somebody closes it.",
            pile=oversight.open_incidents(transaction),
            fine="No workflow is held.",
        ),
        Signal(
            words="Seats that nobody is left for",
            link=url_for("seats.seats"),
            hint="Everybody who was asked has left: give the task to somebody else.",
            pile=Pile(count=len(vacant), oldest=oldest),
            fine="Every open task asks somebody who is here.",
        ),
        Signal(
            words="Messages given up",
            link=url_for("outbox.outbox", status="dead"),
            hint="Nobody tries them any more: mend the cause, then send them again.",
            pile=oversight.dead_messages(transaction),
            fine="No message was given up.",
        ),
    )


def _late(transaction: Transaction, now: datetime, watch: Watch) -> tuple[Signal, ...]:
    mute = context.settings().smtp_url is None
    why = "Mails wait because CPQ_SMTP_URL is not set." if mute else ""
    seen = "They are due, and no worker is there." if not watch.workers else ""
    return (
        Signal(
            words="Overdue timers",
            link=url_for("workers.workers"),
            hint=seen or "Workers do not keep up: look at what they do.",
            pile=oversight.late_timers(transaction, now - PATIENCE),
            fine="Every timer fires in time.",
        ),
        Signal(
            words="Messages that wait too long",
            link=url_for("outbox.outbox", status="waiting"),
            hint=why or "They were to be sent more than five minutes ago.",
            pile=oversight.late_messages(transaction, now - SLOW),
            urgency="soon",
            fine="Messages are sent as they come.",
        ),
    )


def _people(transaction: Transaction, now: datetime) -> tuple[Signal, ...]:
    asked = overrides.waiting(transaction, LIMIT)
    ends = oversight.ending(transaction, now + SOON, LIMIT)
    return (
        Signal(
            words="Overrides that wait for a second admin",
            link=url_for("overrides.overrides"),
            hint="Whoever asked cannot confirm himself.",
            pile=Pile(count=len(asked)),
            urgency="soon",
            fine="No override waits for a second admin.",
        ),
        Signal(
            words="Approvals that end within a week",
            link=url_for("ending.ending"),
            hint="After that day the quote must be approved again.",
            pile=Pile(count=len(ends)),
            urgency="soon",
            fine="No approval ends within a week.",
        ),
    )
