"""
A plan and where its review stands → when each step ends and when all of it is approved.

The steps are lived through some hundred times, each time with other hours from the
curves, spread evenly over them; the same question has the same answer always.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from approval_engine.analytics.forecast.curve import Curve
from approval_engine.analytics.hours import Hours

TIMES = 200
"""How often a course is lived through."""

_DICE = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """
    One answer that is waited for: by which curve, and how much slower than usual.

    `elapsed` are the working hours of the step's calendar that have passed already.
    """

    curve: Curve
    slow: float
    elapsed: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """
    A step that has not ended: its calendar, who is waited for, how many of them.

    `open` says that it has begun, `advice` that nobody waits for it.
    """

    step: str
    hours: Hours
    waits: tuple[Wait, ...]
    needed: int
    open: bool
    advice: bool = False


Stage = Callable[[float], tuple[Leg, ...]]
"""Steps side by side, if they begin about that instant: others may be asked then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lived:
    """
    Instants in seconds since 1970, rising: when all ended, and each step.
    """

    ends: tuple[float, ...]
    steps: Mapping[str, tuple[float, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """
    What must end: `first`, then chains side by side, then `last`; each by its stages.
    """

    first: tuple[Stage, ...] = ()
    chains: tuple[tuple[Stage, ...], ...] = ()
    last: tuple[Stage, ...] = ()


def live(way: Way, at: float) -> Lived:
    """
    Live through it from an instant on. Nobody waits for steps that are only advice.
    """
    dice = Random(_DICE)  # noqa: S311 the same for everybody, so nothing to guess
    steps: dict[str, list[float]] = {}

    def along(stages: Sequence[Stage], begin: list[float]) -> list[float]:
        for stage in stages:
            legs = stage(sorted(begin)[TIMES // 2])
            found = {leg.step: _leg(leg, begin, dice) for leg in legs}
            steps.update(found)
            for leg in legs:
                begin = begin if leg.advice else _latest(begin, found[leg.step])
        return begin

    now = along(way.first, [at] * TIMES)
    ends = now
    for chain in way.chains:
        ends = _latest(ends, along(chain, now))
    ends = along(way.last, ends)
    return Lived(
        ends=tuple(sorted(ends)),
        steps={name: tuple(sorted(found)) for name, found in steps.items()},
    )


def _leg(leg: Leg, begin: list[float], dice: Random) -> list[float]:
    taken = _taken(leg, dice)
    return [leg.hours.after(*each) for each in zip(begin, taken, strict=True)]


def _taken(leg: Leg, dice: Random) -> list[float]:
    """
    The hours until enough have answered, one for each time that it is lived through.
    """
    answers = [_spread(each, dice) for each in leg.waits]
    if len(answers) == 1:
        return answers[0]
    return [sorted(row)[leg.needed - 1] for row in zip(*answers, strict=True)]


def _spread(wait: Wait, dice: Random) -> list[float]:
    elapsed = wait.elapsed / wait.slow
    more: Callable[[float], float] = (
        wait.curve.when
        if elapsed <= 0
        else lambda share: wait.curve.more(elapsed, share)
    )
    found = [wait.slow * more((n + 0.5) / TIMES) for n in range(TIMES)]
    dice.shuffle(found)
    return found


def _latest(ones: list[float], others: list[float]) -> list[float]:
    return list(map(max, ones, others))
