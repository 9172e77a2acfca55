"""
Pieces of work → how hot each task of a process is, in five steps, by what is asked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from approval_engine.analytics.work.measures import quantile
from approval_engine.analytics.work.pieces import Piece

STEPS = 5
"""From the coolest, 1, to the hottest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heat:
    """
    One task of a process: its figures, and how hot it is beside the hottest.

    Hours are working hours, of which nine in ten answers needed no more.
    """

    element: str
    step: str
    tasks: int
    open: int
    late: int
    p90_hours: float
    value: float
    heat: int


MEASURES: Mapping[str, Callable[["_Sum"], float]] = {
    "duration": lambda each: each.p90_hours,
    "count": lambda each: float(each.tasks),
    "late": lambda each: float(each.late),
}
"""By what a task may be hot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sum:
    step: str
    tasks: int
    open: int
    late: int
    p90_hours: float


def heats(found: Iterable[Piece], measure: str) -> tuple[Heat, ...]:
    """
    Every task of a process that anybody was asked in, the hottest first.
    """
    by_element: dict[str, list[Piece]] = defaultdict(list)
    for each in found:
        by_element[each.task.element].append(each)
    sums = {element: _sum(mine) for element, mine in by_element.items()}
    values = {element: MEASURES[measure](each) for element, each in sums.items()}
    top = max(values.values(), default=0.0)
    rows = [
        Heat(
            element=element,
            step=each.step,
            tasks=each.tasks,
            open=each.open,
            late=each.late,
            p90_hours=each.p90_hours,
            value=values[element],
            heat=heat_of(values[element], top),
        )
        for element, each in sums.items()
    ]
    return tuple(sorted(rows, key=lambda each: (-each.value, each.element)))


def heat_of(value: float, top: float) -> int:
    """
    The step of a value beside the largest, from 1 to STEPS.
    """
    return min(STEPS, 1 + int(STEPS * value / top)) if top > 0 else 1


def drawings(found: Iterable[Piece]) -> tuple[str, ...]:
    """
    The hashes of the definitions, those that show most of what was asked first.
    """
    elements: dict[str, set[str]] = defaultdict(set)
    asked: Counter[str] = Counter()
    for each in found:
        elements[each.review.definition_sha256].add(each.task.element)
        asked[each.task.element] += 1

    def shown(sha256: str) -> int:
        return sum(asked[each] for each in elements[sha256])

    return tuple(sorted(elements, key=lambda each: (-shown(each), each)))


def _sum(mine: Sequence[Piece]) -> _Sum:
    hours = sorted(each.hours for each in mine if each.task.answered)
    return _Sum(
        step=mine[0].task.step,
        tasks=len(mine),
        open=sum(each.task.closed_s is None for each in mine),
        late=sum(each.late for each in mine),
        p90_hours=quantile(hours, 0.9) or 0.0,
    )
