"""
The guard of a canary: it stops what does harm, and hardly ever what does none.
"""

import math
import random
import statistics
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.analytics import guard
from approval_engine.analytics.guard import METRICS, Evidence, Outcome, Terms, harm

USUAL = {
    "automatic": 0.3,
    "slow": 0.2,
    "escalated": 0.1,
    "overridden": 0.02,
    "refused": 0.01,
}
STRICT = Terms(tolerated=dict.fromkeys(METRICS, 1.0))
WORSE = {
    "escalated": {**USUAL, "escalated": 0.3},
    "slow": {**USUAL, "slow": 0.5},
    "overridden": {**USUAL, "overridden": 0.15},
    "automatic": {**USUAL, "automatic": 0.75},
    "refused": {**USUAL, "refused": 0.1},
}
"""Three times the escalations, slower by two and a half times, and so on."""


@dataclass(frozen=True)
class Stop:
    """
    After how many quotes, and by which metric.
    """

    quotes: int
    metric: str


def happened(dice, rates):
    """
    What becomes of one quote, with a weight for each metric.
    """
    if dice.random() < rates["automatic"]:
        return {"automatic": 1.0, "exposure": min(1.0, dice.lognormvariate(-1, 1))}
    names = ("slow", "escalated", "overridden", "refused")
    return {name: 1.0 for name in names if dice.random() < rates[name]}


def season(number):
    """
    How busy it is: four times as much goes wrong at the end of a quarter.
    """
    return 1.0 if number % 250 < 200 else 2.5


def run(seed, share, new_rates, terms, most, seasons=False):
    """
    Quotes come one by one, and the guard looks after each; when it stops, if it does.
    """
    dice = random.Random(seed)  # noqa: S311 the same runs each time
    evidence = {name: Evidence(terms.tolerated[name]) for name in METRICS}
    count = {True: 0, False: 0}
    for number in range(1, most + 1):
        is_new = dice.randrange(10_000) < share
        count[is_new] += 1
        rates = new_rates if is_new else USUAL
        times = season(number) if seasons else 1.0
        rates = {
            n: min(1.0, r * (times if n != "automatic" else 1))
            for n, r in rates.items()
        }
        events = happened(dice, rates)
        for name, weight in events.items():
            evidence[name].add(share, weight, is_new=is_new)
        if min(count.values()) < terms.at_least:
            continue
        for name, each in evidence.items():
            if each.value >= terms.bound:
                return Stop(number, name)
    return None


def stops(runs, share, new_rates, terms, most, **more):
    found = (run(seed, share, new_rates, terms, most, **more) for seed in range(runs))
    return [each for each in found if each is not None]


def naive(seed, share, most):
    """
    Whether the usual test of two rates, made after each quote, ever says 5 %.
    """
    dice = random.Random(seed)  # noqa: S311 the same runs each time
    count, seen = {True: 0, False: 0}, {True: 0, False: 0}
    for _ in range(most):
        is_new = dice.randrange(10_000) < share
        count[is_new] += 1
        seen[is_new] += dice.random() < USUAL["slow"]
        if min(count.values()) < STRICT.at_least:
            continue
        mean = sum(seen.values()) / sum(count.values())
        spread = math.sqrt(mean * (1 - mean) * sum(1 / n for n in count.values()))
        gap = seen[True] / count[True] - seen[False] / count[False]
        if spread and gap / spread > 1.645:
            return True
    return False


def test_it_holds_where_nothing_is_worse_although_it_looks_after_each_quote():
    assert len(stops(100, 2500, USUAL, STRICT, 300)) <= 100 * STRICT.alpha


def test_whoever_peeks_with_the_usual_test_stops_far_too_often():
    assert sum(naive(seed, 2500, 300) for seed in range(100)) > 2 * 100 * STRICT.alpha


@pytest.mark.parametrize("metric", WORSE)
def test_it_stops_what_is_worse_and_names_it(metric):
    found = stops(10, 5000, WORSE[metric], Terms(), 2000)

    assert len(found) == 10
    assert statistics.mode(each.metric for each in found) in {metric, "exposure"}


@pytest.mark.proof
@pytest.mark.parametrize("seasons", [False, True], ids=["steady", "seasons"])
@pytest.mark.parametrize("share", [1000, 2500, 5000])
def test_a_thousand_quiet_canaries(figure, share, seasons):
    found = stops(1000, share, USUAL, STRICT, 1000, seasons=seasons)

    kind = "with seasons" if seasons else "steady"
    told = f"{len(found) / 10:.1f} %"
    figure(f"canaries of {share // 100} % stopped in vain, {kind}", "≤ 5 %", told)
    assert len(found) <= 1000 * STRICT.alpha


@pytest.mark.proof
@pytest.mark.parametrize("share", [1000, 2500, 5000])
@pytest.mark.parametrize("metric", WORSE)
def test_a_planted_regression(figure, metric, share):
    found = stops(200, share, WORSE[metric], Terms(), 5000)

    median = statistics.median(each.quotes for each in found)
    told = f"{len(found) / 2:.0f} %, median {median:.0f} quotes"
    figure(f"{metric} made worse for {share // 100} % of quotes", "100 % stopped", told)
    assert len(found) == 200


@given(
    share=st.integers(1, 9999),
    weight=st.floats(0, 1),
    tolerated=st.floats(1, 10),
)
def test_capital_does_not_grow_on_average_where_no_more_happens(
    share, weight, tolerated
):
    chance = share / 10_000
    # The chance that it is a quote of the new version if all that is tolerated happens.
    new = tolerated * chance / (tolerated * chance + 1 - chance)
    capital = 0.0
    for is_new, likely in ((True, new), (False, 1 - new)):
        evidence = Evidence(tolerated)
        evidence.add(share, weight, is_new=is_new)
        capital += likely * evidence.value

    assert capital == pytest.approx(1.0)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(METRICS)), max_size=40))
def test_the_order_in_which_things_happen_does_not_count(seen):
    outcomes = [
        Outcome(is_new=is_new, share=2500, weights={metric: 1.0})
        for is_new, metric in seen
    ]

    there, back = (guard.readings(each, STRICT) for each in (outcomes, outcomes[::-1]))
    for one, other in zip(there, back, strict=True):
        assert one.evidence == pytest.approx(other.evidence)


def outcomes(new, active, metric="escalated", quiet=30):
    bad = {metric: 1.0}
    return [
        *[Outcome(is_new=True, share=5000, weights=bad)] * new,
        *[Outcome(is_new=False, share=5000, weights=bad)] * active,
        *[Outcome(is_new=True, share=5000, weights={})] * quiet,
        *[Outcome(is_new=False, share=5000, weights={})] * quiet,
    ]


def test_a_clear_difference_stops_it_and_an_even_one_does_not():
    worst, _ = harm(outcomes(25, 1), STRICT)
    assert (worst.metric, worst.new, worst.active) == ("escalated", 25.0, 1.0)
    assert harm(outcomes(13, 13), STRICT)[0] is None
    # That less goes wrong is no harm.
    assert harm(outcomes(1, 25), STRICT)[0] is None


def test_it_waits_for_enough_quotes_of_each_version():
    seen = outcomes(25, 0, quiet=0)
    assert harm(seen, STRICT)[0] is None
    assert harm([*seen, *outcomes(0, 0, quiet=20)], STRICT)[0].metric == "escalated"


def test_what_is_tolerated_does_not_stop_it():
    patient = Terms(tolerated=dict.fromkeys(METRICS, 3.0))
    assert harm(outcomes(36, 9), STRICT)[0] is not None
    assert harm(outcomes(36, 9), patient)[0] is None


def test_quotes_with_nobody_to_compare_with_say_nothing():
    alone = [Outcome(is_new=True, share=10_000, weights={"slow": 1.0})] * 100

    worst, readings = harm(alone, STRICT)
    assert worst is None
    assert {each.evidence for each in readings} == {1.0}


def test_however_much_happens_it_stays_a_number():
    worst, _ = harm(outcomes(100_000, 0), STRICT)

    assert math.isfinite(worst.evidence)
