"""
A canary in the database → what its guard goes by, what it sees, and what it finds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from approval_engine.analytics.canary_book import (
    Arm,
    Book,
    filled,
    hours,
    seconds_between,
)
from approval_engine.analytics.guard import METRICS, Reading, Terms, worst
from approval_engine.documents import canonical, load, sha256
from approval_engine.domain.events import stamp
from approval_engine.store import canary_outcomes
from approval_engine.store.canaries import CanaryRow
from approval_engine.store.database import Transaction

LAST = 500
"""From so many reviews that began last the guard learns what is slow, and what much."""

SETTLED_AFTER = timedelta(hours=1)
"""A submit that began longer ago is committed, whatever the clocks of hosts say."""

_ENOUGH = 20
_USUAL = 0.8
_LARGE = 0.9
_MEMORY, _FORM = "memory", 1

TITLES = {
    "slow": "undecided after the usual time",
    "escalated": "escalated",
    "overridden": "overridden",
    "automatic": "approved without asking anybody",
    "exposure": "worth approved without asking anybody",
    "refused": "refused or broken where the version in force is not",
}
"""What each metric counts, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """
    What the guard sees now, and the metric by which the canary must stop, if any.

    `memory` is a JSON object from which the next look goes on.
    """

    terms: Terms
    arms: tuple[Arm, ...]
    readings: tuple[Reading, ...]
    worst: Reading | None
    memory: Mapping[str, Any]

    def view(self) -> dict[str, object]:
        """
        As a JSON object; evidence is a statistic, and rounded.
        """
        return {
            "alpha": _short(self.terms.alpha),
            "bound": _short(self.terms.bound),
            "atLeast": self.terms.at_least,
            "slowAfterHours": str(hours(self.terms.slow_after_s)),
            "arms": [each.view() for each in self.arms],
            "metrics": [reading_view(each) for each in self.readings],
            "stopsBy": self.worst.metric if self.worst else None,
        }

    def seen(self) -> str:
        """
        What is kept of it with the canary: what was seen, and what `look` goes on from.
        """
        return canonical({**self.view(), _MEMORY: self.memory}).decode()

    @property
    def sentence(self) -> str:
        """
        Why the canary stops; empty if it need not.
        """
        if self.worst is None:
            return ""
        new, active = self.arms[1].quotes, self.arms[0].quotes
        found = self.worst
        return (
            f"{TITLES[found.metric].capitalize()}: {_short(found.new)} of {new} quotes"
            f" by the new version, {_short(found.active)} of {active} by the one in"
            f" force; tolerated is {_short(found.tolerated)} times as often. Evidence"
            f" {_short(found.evidence)} reached the bound of {_short(self.terms.bound)}"
            f" (error rate {_short(self.terms.alpha)} over {len(METRICS)} metrics)."
        )


def look(
    transaction: Transaction, row: CanaryRow, now: datetime, *, anew: bool = False
) -> Look:
    """
    What became of the quotes of a canary so far.

    Quotes that were decided when a worker looked last are not read again, unless all
    are to be counted `anew`.
    """
    terms = terms_of(row.terms)
    known = None if anew else _memory(row)
    upto, waiting = (known["upto"], known["open"]) if known else ("", ())
    rows = canary_outcomes.outcomes(transaction, row.number, upto, waiting)
    # A submit that is being committed may carry an instant of some moments ago.
    mark = max(upto, stamp(now - SETTLED_AFTER))
    old = [each for each in rows if each.submitted_at <= mark]
    settled = [each for each in old if each.decided_at]
    book = filled(Book(terms, known and known["book"]), settled, now)
    memory = {
        "form": _FORM,
        "terms": sha256(row.terms.encode()),
        "upto": mark,
        "open": [each.workflow_id for each in old if not each.decided_at],
        "book": book.written(),
    }
    done = {each.workflow_id for each in settled}
    filled(book, (each for each in rows if each.workflow_id not in done), now)
    arms, readings = book.arms, book.readings
    least = min(each.quotes for each in arms)
    return Look(
        terms=terms,
        arms=arms,
        readings=readings,
        worst=worst(readings, least, terms),
        memory=memory,
    )


def _memory(row: CanaryRow) -> Any:  # noqa: ANN401 JSON
    """
    What the last look of a worker has counted, by the same terms; None if nothing.
    """
    seen: Any = load(row.seen.encode()) if row.seen else {}
    known = seen.get(_MEMORY)
    if known is None or known["form"] != _FORM:
        return None
    return known if known["terms"] == sha256(row.terms.encode()) else None


def usual(transaction: Transaction) -> tuple[int, int]:
    """
    What is slow, in seconds, and what is much, in hundredths, by the reviews of late.

    Four in five were decided sooner, nine in ten were worth less. Where there are too
    few of them to say, it is three days, and 100,000.
    """
    plain = Terms()
    pairs = canary_outcomes.decided_lately(transaction, LAST)
    took = sorted(seconds_between(begin, end) for begin, end in pairs)
    worth = sorted(canary_outcomes.worth_lately(transaction, LAST))
    slow = took[int(len(took) * _USUAL)] if len(took) >= _ENOUGH else 0
    much = worth[int(len(worth) * _LARGE)] if len(worth) >= _ENOUGH else 0
    return max(slow, 0) or plain.slow_after_s, max(much, 0) or plain.cap


def terms_text(terms: Terms) -> str:
    """
    What `terms_of` reads.
    """
    return canonical(
        {
            "alpha": str(terms.alpha),
            "atLeast": terms.at_least,
            "tolerated": {name: str(rate) for name, rate in terms.tolerated.items()},
            "slowAfterS": terms.slow_after_s,
            "cap": terms.cap,
        }
    ).decode()


def terms_of(text: str) -> Terms:
    """
    The terms in a text that `terms_text` wrote.
    """
    found: Any = load(text.encode())
    return Terms(
        alpha=float(found["alpha"]),
        at_least=found["atLeast"],
        tolerated={name: float(rate) for name, rate in found["tolerated"].items()},
        slow_after_s=found["slowAfterS"],
        cap=found["cap"],
    )


def reading_view(reading: Reading) -> dict[str, object]:
    """
    One metric as a JSON object.
    """
    return {
        "metric": reading.metric,
        "canary": _short(reading.new),
        "active": _short(reading.active),
        "tolerated": _short(reading.tolerated),
        "evidence": _short(reading.evidence),
    }


def _short(number: float) -> str:
    """
    A statistic with as many digits as it is worth.
    """
    return format(Decimal(f"{number:.3g}").normalize(), "f")
