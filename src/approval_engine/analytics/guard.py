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
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
    """

    def __init__(self, tolerated: float) -> None:
        self._tolerated = tolerated
        self._logs = [0.0] * len(_WORSE)

    def add(self, share: int, weight: float, *, is_new: bool) -> None:
        """
        It happened to a quote, with a weight from 0 to 1.
        """
        chance = share / _WHOLE
        odds = self._tolerated * chance
        expected = odds / (odds + 1 - chance)
        for place, worse in enumerate(_WORSE):
            claimed = expected * worse / (expected * worse + 1 - expected)
            factor = claimed / expected if is_new else (1 - claimed) / (1 - expected)
            self._logs[place] += math.log1p(weight * (factor - 1))

    @property
    def value(self) -> float:
        """
        What one unit of capital has become.
        """
        highest = max(self._logs)
        total = math.fsum(math.exp(each - highest) for each in self._logs)
        # What no float can hold is more than enough.
        return math.exp(min(highest, 700.0)) * total / len(_WORSE)


def readings(outcomes: Iterable[Outcome], terms: Terms) -> tuple[Reading, ...]:
    """
    Every metric, as it stands.
    """
    found = [each for each in outcomes if 0 < each.share < _WHOLE]
    return tuple(_reading(metric, found, terms) for metric in METRICS)


def harm(
    outcomes: Iterable[Outcome], terms: Terms
) -> tuple[Reading | None, tuple[Reading, ...]]:
    """
    The metric by which the canary must stop, if any, and all of them.
    """
    found = list(outcomes)
    every = readings(found, terms)
    new = sum(each.is_new for each in found)
    if min(new, len(found) - new) < terms.at_least:
        return None, every
    worst = max(every, key=lambda each: each.evidence)
    return (worst if worst.evidence >= terms.bound else None), every


def _reading(metric: str, found: Iterable[Outcome], terms: Terms) -> Reading:
    tolerated = terms.tolerated.get(metric, TOLERATED[metric])
    evidence = Evidence(tolerated)
    sums = {True: 0.0, False: 0.0}
    for each in found:
        if weight := each.weights.get(metric, 0.0):
            evidence.add(each.share, weight, is_new=each.is_new)
            sums[each.is_new] += weight
    return Reading(
        metric=metric,
        new=sums[True],
        active=sums[False],
        tolerated=tolerated,
        evidence=evidence.value,
    )
