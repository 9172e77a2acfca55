"""
What a course came to → a span that holds so many in a hundred of it, and its words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

PCT = 80
"""How sure a span is, in percent."""

_QUARTER_S = 900


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """
    Between two instants with PCT percent, and the instant that half lie before.
    """

    first_at: datetime
    last_at: datetime
    median_at: datetime

    def holds(self, at: datetime) -> bool:
        """
        Whether an instant lies in it, ends included.
        """
        return self.first_at <= at <= self.last_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """
    When a review is approved if nobody says otherwise, and when each step is answered.

    `answers` is how many past ones it rests on. Without a `span` it says in `lacks` why
    nothing can be said; steps that have ended are missing.
    """

    answers: int
    span: Span | None = None
    lacks: str | None = None
    steps: Mapping[str, Span] = field(default_factory=lambda: MappingProxyType({}))


def span_of(ends: Sequence[float]) -> Span:
    """
    The middle PCT percent of rising instants, widened to quarters of an hour.
    """
    edge = (100 - PCT) / 200
    last = len(ends) - 1
    first_s, last_s = ends[round(edge * last)], ends[round((1 - edge) * last)]
    return Span(
        first_at=_instant(first_s // _QUARTER_S * _QUARTER_S),
        last_at=_instant(-(-last_s // _QUARTER_S) * _QUARTER_S),
        median_at=_instant(ends[last // 2]),
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
