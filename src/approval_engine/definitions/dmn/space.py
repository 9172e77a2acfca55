"""
A table → the boxes that its rules cover in the space of all cases.

Each input is one side of the space, cut into finitely many values; a rule covers a set
of them on every side. Sets are bits of whole numbers, so that boxes meet fast.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import and_
from typing import TypeAlias

from approval_engine.definitions.dmn.judges import judge
from approval_engine.definitions.dmn.model import Column, Rule, Table
from approval_engine.definitions.dmn.points import is_exact, points
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import (
    ConditionError,
    Expression,
    UnaryTest,
    inputs_of,
)
from approval_engine.policy.conditions.tree import Always

Box: TypeAlias = tuple[int, ...]
"""The values on each side that belong to it, as bits."""

_MOST_ANSWERS = 2_000_000
"""How many answers of a test about a value are asked for one input."""


class _TooLarge(Exception):
    """
    There are more answers than that.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """
    One input by its text, the columns that judge it, and the values it is cut into.

    `answers` has for each test on it the values that meet it, as bits.
    """

    text: str
    indices: tuple[int, ...]
    points: tuple[Value, ...]
    answers: Mapping[UnaryTest, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """
    The sides, and by rule number the box that it covers.

    `unchecked` says in sentences what is left out of it or only nearly true.
    """

    sides: tuple[Side, ...]
    boxes: Mapping[int, Box]
    unchecked: tuple[str, ...]

    @property
    def whole(self) -> Box:
        """
        The box of all cases.
        """
        return tuple((1 << len(side.points)) - 1 for side in self.sides)

    def example(self, box: Box) -> Mapping[str, Value]:
        """
        One case in a box that is not empty, by the texts of the inputs that matter.
        """
        return {
            side.text: side.points[(bits & -bits).bit_length() - 1]
            for side, bits, every in zip(self.sides, box, self.whole, strict=True)
            if bits != every
        }


def space(table: Table) -> Space:
    """
    The space of a table; rules that depend on more than their inputs are left out.
    """
    try:
        return _space(table)
    except _TooLarge:
        sentence = "Nothing was checked, for the table is too large."
        return Space(sides=(), boxes={}, unchecked=(sentence,))


def _space(table: Table) -> Space:
    unchecked: list[str] = []
    sides: list[Side] = []
    left_out: set[int] = set()
    for expression, indices in _by_expression(table.columns).items():
        side, inexact = _side(table, indices)
        left_out |= inexact
        if side is not None:
            sides.append(side)
            unchecked += _dependent(expression, table.columns, indices)
    if left_out:
        said = ", ".join(map(str, sorted(left_out)))
        unchecked.append(f"Rules that read or calculate more were left out: {said}.")
    boxes = {
        rule.number: tuple(_bits(rule, side) for side in sides)
        for rule in table.rules
        if rule.number not in left_out
    }
    return Space(
        sides=tuple(sides), boxes=boxes, unchecked=tuple(dict.fromkeys(unchecked))
    )


def meet(one: Box, other: Box) -> Box | None:
    """
    The cases in both boxes; None if there is none.
    """
    both = tuple(map(and_, one, other))
    return both if all(both) else None


def _by_expression(
    columns: Sequence[Column],
) -> Mapping[Expression, tuple[int, ...]]:
    found: dict[Expression, tuple[int, ...]] = {}
    for index, column in enumerate(columns):
        found[column.expression] = (*found.get(column.expression, ()), index)
    return found


def _side(table: Table, indices: tuple[int, ...]) -> tuple[Side | None, set[int]]:
    """
    The side of the columns at these places, and the rules that it cannot judge.

    There is none if no rule judges them.
    """
    columns = tuple(table.columns[index] for index in indices)
    judged: dict[int, list[UnaryTest]] = {}
    for rule in table.rules:
        tests = [rule.cells[index].test for index in indices]
        judged[rule.number] = [t for t in tests if not isinstance(t, Always)]
    inexact = {
        number
        for number, tests in judged.items()
        if not all(is_exact(test, columns[0].kind) for test in tests)
    }
    exact = dict.fromkeys(
        test for n, tests in judged.items() if n not in inexact for test in tests
    )
    if not exact:
        return None, inexact
    try:
        found = points(columns, tuple(exact))
        answers = _answers(exact, found)
    except ConditionError:
        found, answers = (), {}
    if not found:
        return None, {number for number, tests in judged.items() if tests}
    side = Side(text=columns[0].text, indices=indices, points=found, answers=answers)
    return side, inexact


def _answers(
    tests: Iterable[UnaryTest], found: tuple[Value, ...]
) -> Mapping[UnaryTest, int]:
    judges = {test: judge(test) for test in tests}
    if len(found) * len(judges) > _MOST_ANSWERS:
        raise _TooLarge
    return {
        test: sum(1 << place for place, point in enumerate(found) if meets(point, {}))
        for test, meets in judges.items()
    }


def _bits(rule: Rule, side: Side) -> int:
    """
    The values of a side that a rule covers.
    """
    bits = (1 << len(side.points)) - 1
    for index in side.indices:
        test = rule.cells[index].test
        if not isinstance(test, Always):
            bits &= side.answers[test]
    return bits


def _dependent(
    expression: Expression, columns: Sequence[Column], indices: tuple[int, ...]
) -> Iterator[str]:
    """
    A sentence on each later input that shares a name with this one.
    """
    names = inputs_of(expression)
    for index, column in enumerate(columns):
        if index > indices[0] and column.expression != expression:
            for name in sorted(names & inputs_of(column.expression)):
                yield (
                    f"The inputs '{columns[indices[0]].text}' and '{column.text}' both"
                    f" read '{name}', but were taken as independent."
                )
