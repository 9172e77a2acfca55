"""
A policy → the sides of the space of all its cases, each cut where any test turns.

A side is an input, a field of lines, the day, or something that is calculated of them:
an input with an expression, or a test that reads more than its own value.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import (
    Kind,
    inputs_of,
)
from approval_engine.policy.conditions.tree import Expression
from approval_engine.policy.conditions.turning import (
    turns_at,
)
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import (
    Input,
    InputType,
    Policy,
    Rung,
    Trigger,
)
from approval_engine.policy.prove.asked import Asked, Names
from approval_engine.policy.prove.boxes import Wholes
from approval_engine.policy.prove.points import (
    MOST_ELEMENTS,
    ORDERED,
    can_be,
    distinct,
    is_finite,
    kind_of,
    points_of,
    signature,
)

DAY = "(day)"
"""The side of the day on which a quote is judged."""

_LINE_TYPES = {Kind.NUMBER: InputType.NUMBER, Kind.STRING: InputType.STRING}


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """
    Values of which one stands for each way in which the tests on it answer.

    `calculated` gives its value from those of other names; None if a quote states it.
    """

    name: str
    points: tuple[Value, ...]
    tests: tuple[Asked, ...] = ()
    calculated: Callable[[Names], Value] | None = None
    reads: frozenset[str] = frozenset()

    def place(self, value: Value) -> int | None:
        """
        Which of the points stands for a value; None if none does.
        """
        if value in self.points:
            return self.points.index(value)
        if not self.tests and len(self.points) > 1:
            return None
        mine = signature(self.tests, value)
        answers = (signature(self.tests, point) for point in self.points)
        return next((i for i, other in enumerate(answers) if other == mine), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """
    Where on a side a test holds, and where its answer is unknown, as bits.
    """

    side: str
    true: int
    unknown: int = 0


class Space:
    """
    The sides of a policy; `tests` are all that its rules ask.

    `first_day` is the first one that matters. `declared` are inputs and line fields.
    `partial` are lists that were not looked at with more than two elements at once.
    """

    def __init__(self, policy: Policy, tests: Iterable[Asked], first_day: date) -> None:
        self.policy = policy
        tests = tuple(dict.fromkeys(tests))
        self.declared = _declared(policy, {asked.name for asked in tests})
        self.cross: dict[Asked, str] = {}
        exact: dict[str, list[Asked]] = {name: [] for name in self.declared}
        bounds: dict[str, list[Value]] = {name: [] for name in self.declared}
        for asked in tests:
            each = self.declared[asked.name]
            turns = turns_at(asked.test, kind_of(each), finite=is_finite(each))
            if turns is None:
                self.cross[asked] = f"{asked.name} {len(self.cross)}"
            else:
                exact[asked.name].append(asked)
                bounds[asked.name] += turns
        self.partial = tuple(
            name
            for name, each in self.declared.items()
            if kind_of(each) is Kind.LIST and len(set(bounds[name])) >= MOST_ELEMENTS
        )
        self.sides = {DAY: Side(name=DAY, points=tuple(_days(policy, first_day)))}
        for name, each in self.declared.items():
            self._add_input(each, tuple(exact[name]), bounds[name])
        for asked, name in self.cross.items():
            self._add_cross(asked, name)
        self._cells: dict[Asked, Cell] = {}

    @cached_property
    def wholes(self) -> Wholes:
        """
        All values of each side.
        """
        return Wholes({name: len(side.points) for name, side in self.sides.items()})

    def cell(self, asked: Asked) -> Cell:
        """
        Where a test holds.
        """
        if asked not in self._cells:
            self._cells[asked] = self._cell(asked)
        return self._cells[asked]

    def days(self, first: date | None, last: date | None) -> int:
        """
        The days from the first to the last, as bits.
        """
        return sum(
            1 << index
            for index, day in enumerate(self.sides[DAY].points)
            if isinstance(day, date) and (first or day) <= day <= (last or day)
        )

    def sources(self, name: str) -> frozenset[str]:
        """
        The names that a quote states of which a side is calculated; itself if it is.
        """
        side = self.sides[name]
        if side.calculated is None:
            return frozenset({name})
        return frozenset().union(*(self.sources(n) for n in side.reads))

    def _cell(self, asked: Asked) -> Cell:
        if asked in self.cross:
            side = self.sides[self.cross[asked]]
            answers: list[Value] = list(side.points)
        else:
            side = self.sides[asked.name]
            answers = [asked.answer(point, {}) for point in side.points]
        return Cell(
            side=side.name,
            true=sum(1 << i for i, answer in enumerate(answers) if answer is True),
            unknown=sum(1 << i for i, answer in enumerate(answers) if answer is None),
        )

    def _add_input(
        self, each: Input, tests: tuple[Asked, ...], bounds: list[Value]
    ) -> None:
        found: Iterable[Value] = points_of(each, bounds)
        if each.expr is None:
            found = (v for v in found if can_be(each, v, self.policy.currency))
        points = list(dict.fromkeys(found))
        if each.optional:
            points.append(None)
        self.sides[each.name] = Side(
            name=each.name,
            points=distinct(tests, points, ordered=kind_of(each) in ORDERED),
            tests=tests,
            calculated=_calculating(each.expr),
            reads=inputs_of(each.expr) if each.expr is not None else frozenset(),
        )

    def _add_cross(self, asked: Asked, name: str) -> None:
        reads = inputs_of(asked.test) | {asked.name}
        optional = any(self.declared[each].optional for each in reads)
        unknown = () if asked.covering or not optional else (None,)
        self.sides[name] = Side(
            name=name,
            points=(True, False, *unknown),
            calculated=lambda names: asked.answer(names.get(asked.name), names),
            reads=reads,
        )


def _declared(policy: Policy, named: set[str]) -> dict[str, Input]:
    fields = {
        name: Input(name=name, type=_LINE_TYPES[kind])
        for name, kind in LINE_KINDS.items()
        if name in named
    }
    return {**fields, **{each.name: each for each in policy.inputs}}


def _calculating(expression: Expression | None) -> Callable[[Names], Value] | None:
    from approval_engine.policy.conditions import evaluate

    return None if expression is None else lambda names: evaluate(expression, names)


def _days(policy: Policy, first: date) -> Iterator[Value]:
    start = max(first, policy.starts_on or first)
    rungs = [rung for ladder in policy.ladders.values() for rung in ladder.rungs]
    rules: list[Trigger | Rung] = [*policy.triggers, *rungs]
    turns = {start}
    for rule in rules:
        turns |= {rule.starts_on or start}
        turns |= {rule.ends_on + timedelta(days=1)} if rule.ends_on else set()
    end = policy.ends_on or max(turns)
    found = sorted(day for day in turns if start <= day <= max(end, start))
    yield from found
