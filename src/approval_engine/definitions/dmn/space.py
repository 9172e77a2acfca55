"""
A table → the boxes that its rules cover in the space of all cases.

Each input is one side of the space, cut into finitely many values; a rule covers a set
of them on every side. Sets are bits of whole numbers, so that boxes meet fast.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TypeAlias

from approval_engine.definitions.dmn.model import Column, Rule, Table
from approval_engine.definitions.dmn.points import is_exact, points
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import (
    ConditionError,
    Expression,
    UnaryTest,
    holds,
    inputs_of,
)
from approval_engine.policy.conditions.tree import Always

Box: TypeAlias = tuple[int, ...]
"""The values on each side that belong to it, as bits."""

_MOST_ANSWERS = 250_000
"""How many answers of a test about a value are asked for one input."""


class _TooLarge(Exception):
    """
    There are more answers than that.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """
    One input by its text, the columns that judge it, and the values it is cut into.
    """

    text: str
    indices: tuple[int, ...]
    points: tuple[Value, ...]


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
    answers: dict[tuple[UnaryTest, int], int] = {}
    boxes = {
        rule.number: _box(rule, sides, answers)
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
    found = _judged(columns, tuple(exact))
    if not found:
        return None, {number for number, tests in judged.items() if tests}
    return Side(text=columns[0].text, indices=indices, points=found), inexact


def _judged(
    columns: tuple[Column, ...], tests: tuple[UnaryTest, ...]
) -> tuple[Value, ...]:
    """
    The values of an input if each test can judge each of them, else none.
    """
    try:
        found = points(columns, tests)
        if len(found) * len(tests) > _MOST_ANSWERS:
            raise _TooLarge
        for test in tests:
            for point in found:
                holds(test, point, {})
    except ConditionError:
        return ()
    return found


def _box(
    rule: Rule, sides: Sequence[Side], answers: dict[tuple[UnaryTest, int], int]
) -> Box:
    return tuple(
        reduce(
            and_,
            (
                _bits(rule.cells[index].test, side, (number, answers))
                for index in side.indices
            ),
        )
        for number, side in enumerate(sides)
    )


def _bits(
    test: UnaryTest,
    side: Side,
    known: tuple[int, dict[tuple[UnaryTest, int], int]],
) -> int:
    number, answers = known
    if (test, number) not in answers:
        answers[test, number] = sum(
            1 << place
            for place, point in enumerate(side.points)
            if holds(test, point, {})
        )
    return answers[test, number]


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
