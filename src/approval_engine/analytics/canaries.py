"""
A canary in the database → what its guard goes by, what it sees, and what it finds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from approval_engine.analytics.guard import METRICS, Outcome, Reading, Terms, harm
from approval_engine.documents import canonical, load
from approval_engine.domain.events import instant
from approval_engine.store import canary_outcomes
from approval_engine.store.canaries import CanaryRow
from approval_engine.store.canary_outcomes import OutcomeRow
from approval_engine.store.database import Transaction

LAST = 500
"""From so many reviews that began last the guard learns what is slow, and what much."""

_ENOUGH = 20
_USUAL = 0.8
_LARGE = 0.9
_WHOLE = 10_000

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
class Arm:
    """
    The quotes of one version, each counted once.

    `hours` is the median from submit to decision of those that were decided, None if
    none was; `exposure` the worth approved without asking anybody, in hundredths.
    """

    side: str
    quotes: int
    decided: int
    hours: Decimal | None
    escalated: int
    overridden: int
    automatic: int
    exposure: int

    def view(self) -> dict[str, object]:
        """
        As a JSON object; money as an exact decimal.
        """
        return {
            "side": self.side,
            "quotes": self.quotes,
            "decided": self.decided,
            "medianHours": None if self.hours is None else str(self.hours),
            "escalated": self.escalated,
            "overridden": self.overridden,
            "automatic": self.automatic,
            "exposure": str(Decimal(self.exposure).scaleb(-2)),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """
    What the guard sees now, and the metric by which the canary must stop, if any.
    """

    terms: Terms
    arms: tuple[Arm, ...]
    readings: tuple[Reading, ...]
    worst: Reading | None

    def view(self) -> dict[str, object]:
        """
        As a JSON object; evidence is a statistic, and rounded.
        """
        return {
            "alpha": _short(self.terms.alpha),
            "bound": _short(self.terms.bound),
            "atLeast": self.terms.at_least,
            "slowAfterHours": str(_hours(self.terms.slow_after_s)),
            "arms": [each.view() for each in self.arms],
            "metrics": [reading_view(each) for each in self.readings],
            "stopsBy": self.worst.metric if self.worst else None,
        }

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


def look(transaction: Transaction, row: CanaryRow, now: datetime) -> Look:
    """
    What became of the quotes of a canary so far.
    """
    terms = terms_of(row.terms)
    rows = canary_outcomes.outcomes(transaction, row.number)
    worst, readings = harm((_outcome(each, terms, now) for each in rows), terms)
    return Look(
        terms=terms,
        arms=tuple(_arm(side, rows) for side in ("active", "canary")),
        readings=readings,
        worst=worst,
    )


def usual(transaction: Transaction) -> tuple[int, int]:
    """
    What is slow, in seconds, and what is much, in hundredths, by the reviews of late.

    Four in five were decided sooner, nine in ten were worth less. Where there are too
    few of them to say, it is three days, and 100,000.
    """
    plain = Terms()
    pairs = canary_outcomes.decided_lately(transaction, LAST)
    took = sorted(_seconds(begin, end) for begin, end in pairs)
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


def _outcome(row: OutcomeRow, terms: Terms, now: datetime) -> Outcome:
    weights = {
        "slow": float(_is_slow(row, terms, now)),
        "escalated": float(row.escalated),
        "overridden": float(row.overridden),
        "automatic": float(row.automatic),
        "exposure": min(1.0, row.worth / terms.cap) if row.automatic else 0.0,
        "refused": float(row.refused),
    }
    return Outcome(is_new=row.side == "canary", share=row.share, weights=weights)


def _is_slow(row: OutcomeRow, terms: Terms, now: datetime) -> bool:
    limit = instant(row.submitted_at) + timedelta(seconds=terms.slow_after_s)
    end = instant(row.decided_at) if row.decided_at else now
    return end > limit


def _arm(side: str, rows: Iterable[OutcomeRow]) -> Arm:
    mine = [each for each in rows if each.side == side]
    took = [
        _seconds(each.submitted_at, each.decided_at) for each in mine if each.decided_at
    ]
    automatic = [each for each in mine if each.automatic]
    return Arm(
        side=side,
        quotes=len(mine),
        decided=len(took),
        hours=_hours(int(median(took))) if took else None,
        escalated=sum(each.escalated for each in mine),
        overridden=sum(each.overridden for each in mine),
        automatic=len(automatic),
        exposure=sum(each.worth for each in automatic),
    )


def _seconds(begin: str, end: str) -> int:
    return int((instant(end) - instant(begin)).total_seconds())


def _hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / 3600).quantize(Decimal("0.1"))


def _short(number: float) -> str:
    """
    A statistic with as many digits as it is worth.
    """
    return format(Decimal(f"{number:.3g}").normalize(), "f")
