"""
What became of the quotes of a canary → whether the new version does harm, and how sure.

Each quote that counts was given to one of the two versions by lot, with a chance that
was fixed when it was submitted. So if the new version changes nothing, whatever happens
to quotes happens to its quotes with just that chance, however busy the season is. The
guard bets on the contrary: for each thing that happens it multiplies its capital by the
chance that this was a quote of the new version if that made it happen r times as often,
over the chance if it did not. Without harm capital does not grow on average, and so it
ever reaches m / alpha with a probability of at most alpha / m (Ville's inequality),
however often one looks. With m metrics the error of all together is at most alpha
(Bonferroni's bound).
The capital is the mean of those of several r, for nobody knows how bad it will be.

Sources: J. Ville, "Étude critique de la notion de collectif", 1939; G. Shafer, "Testing
by betting", J. R. Stat. Soc. A 184 (2021); I. Waudby-Smith and A. Ramdas, "Estimating
means of bounded random variables by betting", J. R. Stat. Soc. B 86 (2024); for the
conditional test of counts in two groups, J. ter Schure and others, "The anytime-valid
logrank test" (2020). Capital is a statistic and a float; no answer rests on its cents.
What is added up on the way are whole numbers of a tiny unit, so that a count that is
written down and taken up again comes to the very same answer in whatever order.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

METRICS = ("slow", "escalated", "overridden", "automatic", "exposure", "refused")
"""What the guard watches, of which more is worse, in the order in which it tells it."""

TOLERATED: Mapping[str, float] = {
    "slow": 1.0,
    "escalated": 1.0,
    "overridden": 1.0,
    "automatic": 1.5,
    "exposure": 1.5,
    "refused": 1.0,
}
"""How many times as often something may happen by the new version, if nobody says."""

_WORSE = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""How many times as often as tolerated the guard bets that it happens."""

_WHOLE = 10_000
_UNIT = 1 << 60
"""So many units are 1, in sums of logarithms and of weights."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """
    What the guard goes by: its error rate over all metrics together, and patience.

    It stops nothing before `at_least` quotes of each version. `tolerated` is a rate
    ratio per metric, 1.0 is no more than by the version in force. A quote is slow if it
    is undecided `slow_after_s` seconds after its submit. `cap` is the worth, in
    hundredths, above which the exposure by one quote counts no further.
    """

    alpha: float = 0.05
    at_least: int = 20
    tolerated: Mapping[str, float] = field(default_factory=lambda: dict(TOLERATED))
    slow_after_s: int = 72 * 3600
    cap: int = 100_000_00

    @property
    def bound(self) -> float:
        """
        The evidence at which the guard stops the canary.
        """
        return len(METRICS) / self.alpha


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """
    What became of one quote so far: how much of each metric happened, from 0 to 1.

    `share` is the chance with which it got the new version, in ten-thousandths.
    """

    is_new: bool
    share: int
    weights: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """
    One metric: how much happened by the new version and by the one in force.

    `evidence` is that it happens more often than is tolerated.
    """

    metric: str
    new: float
    active: float
    tolerated: float
    evidence: float


class Evidence:
    """
    The capital of a gambler who bets that something happens too often.

    `logs` are those of its parts so far, as `written` gives them.
    """

    def __init__(self, tolerated: float, logs: Iterable[str] = ()) -> None:
        self._tolerated = tolerated
        self._logs = [int(each) for each in logs] or [0] * len(_WORSE)

    def add(self, share: int, weight: float, *, is_new: bool) -> None:
        """
        It happened to a quote, with a weight from 0 to 1.
        """
        gains = _gains(self._tolerated, share, weight, is_new)
        self._logs = [log + gain for log, gain in zip(self._logs, gains, strict=True)]

    def written(self) -> list[str]:
        """
        What has become of it so far, for somebody who goes on later.
        """
        return list(map(str, self._logs))

    @property
    def value(self) -> float:
        """
        What one unit of capital has become.
        """
        logs = [each / _UNIT for each in self._logs]
        highest = max(logs)
        total = math.fsum(math.exp(each - highest) for each in logs)
        # What no float can hold is more than enough.
        return math.exp(min(highest, 700.0)) * total / len(_WORSE)


@lru_cache(maxsize=4096)
def _gains(
    tolerated: float,
    share: int,
    weight: float,
    is_new: bool,  # noqa: FBT001 what is remembered goes by place
) -> tuple[int, ...]:
    """
    By how many units the logarithm of each part of the capital grows.
    """
    chance = share / _WHOLE
    odds = tolerated * chance
    expected = odds / (odds + 1 - chance)
    found = []
    for worse in _WORSE:
        claimed = expected * worse / (expected * worse + 1 - expected)
        factor = claimed / expected if is_new else (1 - claimed) / (1 - expected)
        found.append(round(math.log1p(weight * (factor - 1)) * _UNIT))
    return tuple(found)


class Metric:
    """
    How much of one metric happened so far, by each version, and the evidence of it.
    """

    def __init__(
        self, name: str, terms: Terms, written: Mapping[str, Any] | None = None
    ) -> None:
        known = written or {"new": 0, "active": 0, "logs": ()}
        self._name = name
        self._tolerated = terms.tolerated.get(name, TOLERATED[name])
        self._evidence = Evidence(self._tolerated, known["logs"])
        self._sums = {True: int(known["new"]), False: int(known["active"])}

    def add(self, outcome: Outcome) -> None:
        """
        One quote more; without anybody to compare it with it says nothing.
        """
        weight = outcome.weights.get(self._name, 0.0)
        if weight and 0 < outcome.share < _WHOLE:
            self._evidence.add(outcome.share, weight, is_new=outcome.is_new)
            self._sums[outcome.is_new] += round(weight * _UNIT)

    def written(self) -> dict[str, Any]:
        """
        A JSON object from which somebody goes on later.
        """
        new, active = str(self._sums[True]), str(self._sums[False])
        return {"new": new, "active": active, "logs": self._evidence.written()}

    @property
    def reading(self) -> Reading:
        """
        How it stands.
        """
        return Reading(
            metric=self._name,
            new=self._sums[True] / _UNIT,
            active=self._sums[False] / _UNIT,
            tolerated=self._tolerated,
            evidence=self._evidence.value,
        )


def readings(outcomes: Iterable[Outcome], terms: Terms) -> tuple[Reading, ...]:
    """
    Every metric, as it stands.
    """
    metrics = [Metric(name, terms) for name in METRICS]
    for each in outcomes:
        for metric in metrics:
            metric.add(each)
    return tuple(each.reading for each in metrics)


def harm(
    outcomes: Iterable[Outcome], terms: Terms
) -> tuple[Reading | None, tuple[Reading, ...]]:
    """
    The metric by which the canary must stop, if any, and all of them.
    """
    found = list(outcomes)
    every = readings(found, terms)
    new = sum(each.is_new for each in found)
    return worst(every, min(new, len(found) - new), terms), every


def worst(every: Iterable[Reading], least: int, terms: Terms) -> Reading | None:
    """
    The metric by which the canary must stop, if any.

    `least` is the number of quotes of the version that has fewer.
    """
    if least < terms.at_least:
        return None
    found = max(every, key=lambda each: each.evidence)
    return found if found.evidence >= terms.bound else None
