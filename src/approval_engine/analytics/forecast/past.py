"""
Seats of past reviews → what was known at an instant of how long each took.

The same past answers for any instant within it, so a forecast of then can be made again
from what was known then.
"""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, log1p
from typing import NamedTuple

from approval_engine.analytics.hours import Hours
from approval_engine.store.seats import Review, SeatRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """
    One seat from its opening to its answer; a role that was asked beside shares it.

    `role` is who was asked first, `person` whom it was given to, None for a pool.
    `opened_h` counts in the calendar of its step, `beside` the seats of the role that
    waited when it opened.
    """

    review: str
    number: int
    step: str
    role: str
    person: str | None
    opened_s: float
    ended_s: float | None
    answered: bool
    opened_h: float
    ended_h: float
    beside: int


class Known(NamedTuple):
    """
    A sitting as far as it was known at some instant: its hours, and if it had ended.

    `queue` is the logarithm of one more than waited beside it.
    """

    hours: float
    answered: bool
    role: str
    person: str | None
    queue: float


class Past:
    """
    The sittings of the newest reviews, in the order of their reviews.

    `carried` are the steps of a review that an earlier approval answered.
    """

    def __init__(
        self,
        reviews: Sequence[Review],
        seats: Iterable[SeatRow],
        hours_of: Callable[[str], Hours],
    ) -> None:
        rows = list(seats)
        self.reviews = reviews
        self.carried = _carried(rows)
        self._hours_of = hours_of
        numbers = {each.id: each.number for each in reviews}
        self.sittings = _sittings(rows, numbers, hours_of)
        self._numbers = [each.number for each in reviews]
        ended = ((each, _whole(each)) for each in self.sittings if each.ended_s)
        self._ended = sorted(ended, key=lambda pair: pair[1].hours)

    def known(
        self, at: float, before: int | None = None, reviews: int | None = None
    ) -> list[Known]:
        """
        What was known at an instant of the sittings that had opened, shortest first.

        Only of reviews before that number, and of no more than so many of them.
        """
        first, end = self._among(before, reviews)
        found = [
            known
            for each, known in self._ended
            if first <= each.number < end and (each.ended_s or inf) <= at
        ]
        found += [
            self._unfinished(each, at)
            for each in self.sittings
            if each.opened_s < at < (each.ended_s or inf) and first <= each.number < end
        ]
        found.sort(key=lambda each: each.hours)
        return found

    def waiting(self, at: float) -> Mapping[str, int]:
        """
        How many seats of each role waited at an instant.
        """
        return Counter(
            each.role
            for each in self.sittings
            if each.opened_s < at and (each.ended_s is None or each.ended_s > at)
        )

    def _among(self, before: int | None, reviews: int | None) -> tuple[int, float]:
        """
        The first number that counts, and the first that does not any more.
        """
        end = (
            len(self._numbers) if before is None else bisect_left(self._numbers, before)
        )
        start = 0 if reviews is None else max(0, end - reviews)
        numbers = self._numbers[start:end]
        return (numbers[0], numbers[-1] + 1) if numbers else (0, 0)

    def _unfinished(self, each: Sitting, at: float) -> Known:
        hours = self._hours_of(each.step).at(at) - each.opened_h
        return _whole(each)._replace(hours=max(0.0, hours), answered=False)


def _whole(each: Sitting) -> Known:
    return Known(
        hours=max(0.0, each.ended_h - each.opened_h),
        answered=each.answered,
        role=each.role,
        person=each.person,
        queue=log1p(each.beside),
    )


def _carried(rows: Iterable[SeatRow]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for each in rows:
        if each.carried:
            known = found.get(each.workflow, frozenset())
            found[each.workflow] = known | {each.step}
    return found


def _sittings(
    seats: Iterable[SeatRow],
    numbers: Mapping[str, int],
    hours_of: Callable[[str], Hours],
) -> list[Sitting]:
    rows = [each for each in seats if not (each.carried or each.ad_hoc)]
    first_roles = _first_roles(rows)
    shared: dict[tuple[object, ...], list[SeatRow]] = defaultdict(list)
    for each in rows:
        place = (each.workflow, each.element, each.occurrence, each.seat)
        shared[place].append(each)
    found = [_sitting(each, numbers, first_roles, hours_of) for each in shared.values()]
    found.sort(key=lambda each: (each.number, each.opened_s))
    return _counted(found)


def _sitting(
    rows: Sequence[SeatRow],
    numbers: Mapping[str, int],
    first_roles: Mapping[str, str],
    hours_of: Callable[[str], Hours],
) -> Sitting:
    first = min(rows, key=lambda each: each.level)
    answers = [e.closed_s for e in rows if e.answered and e.closed_s is not None]
    gone = [each.closed_s for each in rows if each.closed_s is not None]
    ended = min(answers) if answers else max(gone, default=None)
    if not answers and len(gone) < len(rows):
        ended = None
    opened = min(each.opened_s for each in rows)
    hours = hours_of(first.step)
    role = first.role if first.level == 0 else first_roles.get(first.step, first.role)
    return Sitting(
        review=first.workflow,
        number=numbers[first.workflow],
        step=first.step,
        role=role,
        person=first.person if first.assigned and first.level == 0 else None,
        opened_s=opened,
        ended_s=ended,
        answered=bool(answers),
        opened_h=hours.at(opened),
        ended_h=hours.at(ended) if ended is not None else 0.0,
        beside=0,
    )


def _first_roles(rows: Iterable[SeatRow]) -> Mapping[str, str]:
    """
    Whom each step asks first, as seats show that nobody had to be asked after.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in rows:
        if each.level == 0:
            found[each.step][each.role] += 1
    return {step: roles.most_common(1)[0][0] for step, roles in found.items()}


def _counted(found: Sequence[Sitting]) -> list[Sitting]:
    """
    The sittings with how many of their role waited when each opened.
    """
    ends: dict[str, list[float]] = defaultdict(list)
    beside: dict[int, int] = {}
    for number in sorted(range(len(found)), key=lambda n: found[n].opened_s):
        each = found[number]
        mine = ends[each.role]
        beside[number] = len(mine) - bisect_left(mine, each.opened_s)
        insort(mine, inf if each.ended_s is None else each.ended_s)
    return [replace(each, beside=beside[n]) for n, each in enumerate(found)]
