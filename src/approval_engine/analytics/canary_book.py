"""
Quotes of a canary → a count of them that is written down, and gone on with later.

What became of a decided quote never changes, so a look goes on from what the last look
of a worker has counted, and reads only what was open then or came since.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from approval_engine.analytics.guard import METRICS, Metric, Outcome, Reading, Terms
from approval_engine.domain.events import instant
from approval_engine.store.canary_outcomes import OutcomeRow

SIDES = ("active", "canary")
"""The version in force and the new one."""

_COUNTS = ("quotes", "escalated", "overridden", "automatic", "refused", "exposure")


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """
    The quotes of one version, each counted once.

    `hours` is the median from submit to decision of those that were decided, None if
    none was; `exposure` the worth approved without asking anybody, in hundredths.
    `refused` are those that the new version alone refused or broke with.
    """

    side: str
    quotes: int
    decided: int
    hours: Decimal | None
    escalated: int
    overridden: int
    automatic: int
    refused: int
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
            "refused": self.refused,
        }


class Book:
    """
    All that was counted so far, in whatever order; `written` is what a book has said.
    """

    def __init__(self, terms: Terms, written: Mapping[str, Any] | None = None) -> None:
        known = written or {"sides": {}, "metrics": {}}
        self._terms = terms
        self._counts: dict[str, Counter[str]] = {}
        self._took: dict[str, Counter[int]] = {}
        for side in SIDES:
            said = known["sides"].get(side, {"counts": {}, "took": {}})
            counts = {name: int(n) for name, n in said["counts"].items()}
            self._counts[side] = Counter(counts)
            took = {int(seconds): n for seconds, n in said["took"].items()}
            self._took[side] = Counter(took)
        self._metrics = [
            Metric(name, terms, known["metrics"].get(name)) for name in METRICS
        ]

    def add(self, row: OutcomeRow, now: datetime) -> None:
        """
        One quote more, as it stands now.
        """
        counts = self._counts[row.side]
        counts.update(
            quotes=1,
            escalated=int(row.escalated),
            overridden=int(row.overridden),
            automatic=int(row.automatic),
            refused=int(row.refused),
            exposure=row.worth if row.automatic else 0,
        )
        if row.decided_at:
            self._took[row.side][seconds_between(row.submitted_at, row.decided_at)] += 1
        outcome = _outcome(row, self._terms, now)
        for metric in self._metrics:
            metric.add(outcome)

    def written(self) -> dict[str, Any]:
        """
        A JSON object of all that was counted.
        """
        sides = {
            side: {
                # As texts: sums of money may be longer than numbers of JSON.
                "counts": {name: str(n) for name, n in self._counts[side].items()},
                "took": {str(s): n for s, n in sorted(self._took[side].items())},
            }
            for side in SIDES
        }
        metrics = zip(METRICS, self._metrics, strict=True)
        return {"sides": sides, "metrics": {n: each.written() for n, each in metrics}}

    @property
    def arms(self) -> tuple[Arm, ...]:
        """
        Both versions, the one in force first.
        """
        return tuple(self._arm(side) for side in SIDES)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """
        Every metric, as it stands.
        """
        return tuple(each.reading for each in self._metrics)

    def _arm(self, side: str) -> Arm:
        took = sorted(self._took[side].elements())
        return Arm(
            side=side,
            decided=len(took),
            hours=hours(int(median(took))) if took else None,
            **{name: self._counts[side][name] for name in _COUNTS},
        )


def filled(book: Book, rows: Iterable[OutcomeRow], now: datetime) -> Book:
    """
    The book with these quotes in it, too.
    """
    for each in rows:
        book.add(each, now)
    return book


def seconds_between(begin: str, end: str) -> int:
    """
    Whole seconds between two stamps.
    """
    return int((instant(end) - instant(begin)).total_seconds())


def hours(seconds: int) -> Decimal:
    """
    Seconds as hours, to a tenth.
    """
    return (Decimal(seconds) / 3600).quantize(Decimal("0.1"))


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
