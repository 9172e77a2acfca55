"""
Forecasts of the second half of a seeded history, each made from what was known before.

They are held against the naive answer: the median of the reviews that had ended by
then, in hours of the wall. How often spans held is held against what they claim.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median

from approval_engine.analytics.forecast.judged import Said
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.forecasts import judged
from approval_engine.scenarios.seed import prepare, seed_history
from approval_engine.store.database import Database
from benchmarks import places
from benchmarks.measure import Figure

AT = datetime(2026, 11, 3, 18, tzinfo=UTC)
REVIEWS = 1000
HELD_OUT = 400
WITHIN = 5
"""So many points around what a span claims it may hold."""


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    The figures; they are the same on each database, so they are taken on SQLite.

    Each of the `rounds` is a hundred reviews of the history more.
    """
    if kind != "sqlite":
        return []
    with places.database(server, "forecast") as url:
        runtime = Runtime(database=Database(url), clock=lambda: AT)
        prepare(runtime, reset=False)
        seed_history(runtime, REVIEWS // 10 * rounds)
        found = judged(runtime, HELD_OUT // 10 * rounds)
        runtime.database.close()
    approved = [each for each in found.said if each.ended_at is not None]
    said, naive = _errors(approved)
    share = 100 * found.held / len(found.said)
    steps, all_steps = found.steps
    return [
        _figure("spans that held", share, "%", abs(share - found.claimed_pct)),
        _figure(
            "spans of steps that held",
            100 * steps / all_steps,
            "%",
            abs(100 * steps / all_steps - found.claimed_pct),
        ),
        _figure("median of the ended ones, off by", naive, "h"),
        Figure(
            workload="forecast",
            database="none",
            subject="median of the forecast, off by",
            value=round(said, 2),
            unit="h",
            baseline="median of the ended ones",
            ratio=round(said / naive, 3),
            target=1.0,
        ),
    ]


def _figure(subject: str, value: float, unit: str, off: float | None = None) -> Figure:
    return Figure(
        workload="forecast",
        database="none",
        subject=subject,
        value=round(value, 2),
        unit=unit,
        baseline=None if off is None else "points from the claim",
        ratio=None if off is None else round(off, 2),
        target=None if off is None else WITHIN,
    )


def _errors(said: Sequence[Said]) -> tuple[float, float]:
    """
    How far off, in the median, the forecast was and the naive answer, in hours.
    """
    ours, naive = [], []
    old_first = sorted(said, key=lambda each: each.submitted_at)
    for number, each in enumerate(old_first):
        ended = [
            _taken(other)
            for other in old_first[:number]
            if other.ended_at and other.ended_at <= each.submitted_at
        ]
        if each.ended_at and ended:
            ours.append(abs(_hours(each.span.median_at, each.ended_at)))
            naive.append(abs(_taken(each) - median(ended)))
    return median(ours), median(naive)


def _taken(each: Said) -> float:
    return _hours(each.submitted_at, each.ended_at or each.submitted_at)


def _hours(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 3600
