"""
How long answers took, and how long the open ones wait already → how long one may take.

The estimate of Kaplan and Meier (1958): whoever has not answered yet tells that it
takes at least so long. Hours and shares are floats; nothing exact depends on them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

_TAIL = 2 / 3
"""Beyond this share of what was seen, answers are said to come at an even rate."""

_NEVER_H = 1e6


class Seen(NamedTuple):
    """
    One seat: its working hours, whether they ended with an answer, and its weight.
    """

    hours: float
    answered: bool
    weight: float


class Curve:
    """
    The share of seats that still wait after so many working hours.

    `seen` comes in the order of its hours. Beyond the last answer the curve falls as
    fast as it did in the last third before.
    """

    def __init__(self, seen: Iterable[Seen]) -> None:
        rows = list(seen)
        waiting = sum(each.weight for each in rows)
        left, hours, shares = 1.0, [0.0], [1.0]
        place = 0
        while place < len(rows) and waiting > 0:
            now, answered, gone = rows[place].hours, 0.0, 0.0
            while place < len(rows) and rows[place].hours == now:
                gone += rows[place].weight
                answered += rows[place].weight if rows[place].answered else 0.0
                place += 1
            if answered:
                left *= max(0.0, 1.0 - answered / waiting)
                hours.append(now)
                shares.append(left)
            waiting -= gone
        self._hours, self._shares = hours, shares
        self._rate = _tail_rate(rows)

    def left(self, hours: float) -> float:
        """
        The share that still waits after so many hours.
        """
        if hours > self._hours[-1]:
            return self._shares[-1] * _decay(self._rate, hours - self._hours[-1])
        return self._shares[bisect_right(self._hours, hours) - 1]

    def when(self, share: float) -> float:
        """
        The hours after which no more than that share still waits.
        """
        if share >= self._shares[-1]:
            # Shares fall, and a list is searched as it rises.
            place = bisect_left(self._falling, -share)
            return self._hours[min(place, len(self._hours) - 1)]
        return self._hours[-1] + _until(self._rate, share / self._shares[-1])

    def more(self, elapsed: float, share: float) -> float:
        """
        How many hours more, if so many have passed; `share` of those that got so far.
        """
        left = self.left(elapsed)
        if left <= 0.0 or elapsed > self._hours[-1]:
            return _until(self._rate, share)
        return max(0.0, self.when(share * left) - elapsed)

    @cached_property
    def _falling(self) -> list[float]:
        return [-each for each in self._shares]


def _tail_rate(rows: list[Seen]) -> float:
    """
    Answers an hour among those that wait longest; of all, where none of these answered.
    """
    before, start = 0.0, 0.0
    enough = _TAIL * sum(each.weight for each in rows if each.answered)
    for each in rows:
        before += each.weight if each.answered else 0.0
        if before >= enough:
            start = each.hours
            break
    return _rate(rows, start) or _rate(rows, 0.0)


def _rate(rows: list[Seen], start: float) -> float:
    behind = [each for each in rows if each.hours > start]
    waited = sum(each.weight * (each.hours - start) for each in behind)
    answers = sum(each.weight for each in behind if each.answered)
    return answers / waited if waited > 0 else 0.0


def _decay(rate: float, hours: float) -> float:
    from math import exp

    return exp(-rate * hours)


def _until(rate: float, share: float) -> float:
    from math import log

    if rate <= 0.0 or share <= 0.0:
        return _NEVER_H
    return -log(min(1.0, share)) / rate
