"""
The tests on one input → values of which one stands for every way in which they answer.

Between two neighbouring literals nothing turns: one value there stands for all.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations

from approval_engine.definitions.dmn.model import Column
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import (
    Expression,
    Kind,
    UnaryTest,
    holds,
    inputs_of,
    literals_of,
    tree,
)
from approval_engine.policy.conditions.turning import (
    EXACT,
    another,
    days_around,
    numbers_around,
)
from approval_engine.policy.conditions.walk import nodes

_MOST_ELEMENTS = 6
_WHOLE = frozenset({"integer", "long"})
_KINDS = {
    Decimal: Kind.NUMBER,
    str: Kind.STRING,
    bool: Kind.BOOLEAN,
    date: Kind.DATE,
}


def points(columns: Sequence[Column], tests: Sequence[UnaryTest]) -> tuple[Value, ...]:
    """
    The values of one input that these columns and tests judge.

    Empty if there are none that stand for all, which is so for long lists only.
    """
    allowed = [column.allowed for column in columns if column.allowed]
    judged = (*tests, *allowed)
    literals = list(dict.fromkeys(v for test in judged for v in literals_of(test)))
    found: list[Value] = []
    for kind in _kinds(columns, judged, literals):
        found += _of_kind(kind, columns, literals)
    # Of a list the declared values are the elements, which it is made of already.
    declared = [
        value
        for value in found
        if isinstance(value, tuple) or all(holds(each, value, {}) for each in allowed)
    ]
    if any(_asks_for_null(test) for test in tests):
        declared.append(None)
    return tuple(dict.fromkeys(declared))


def is_exact(test: UnaryTest, kind: Kind) -> bool:
    """
    Whether the values that `points` finds stand for all, as far as a test goes.
    """
    if inputs_of(test):
        return False
    return all(_turns_at_literals(node, kind) for node in nodes(test))


def _turns_at_literals(node: Expression | UnaryTest, kind: Kind) -> bool:
    match node:
        case tree.Negative() | tree.Arithmetic() | tree.Member():
            return False
        case tree.Contains(container=container, item=item):
            subject = isinstance(container, tree.Subject) and kind is Kind.LIST
            return subject and isinstance(item, tree.Literal)
        case tree.Comparison(left=left, right=right):
            sides = {type(left), type(right)}
            nothing = tree.Sequence(items=())
            return sides == {tree.Subject, tree.Literal} or nothing in (left, right)
        case tree.Compares(operand=operand):
            return not isinstance(operand, tree.Truth)
    return True


def _kinds(
    columns: Sequence[Column], tests: Iterable[UnaryTest], literals: Iterable[Value]
) -> tuple[Kind, ...]:
    declared = {column.kind for column in columns} - {Kind.ANY}
    if declared:
        return tuple(sorted(declared))
    every = (node for test in tests for node in nodes(test))
    if any(isinstance(node, tree.Contains) for node in every):
        return (Kind.LIST,)
    named = (_KINDS[type(value)] for value in literals if type(value) in _KINDS)
    return tuple(dict.fromkeys(named))


def _of_kind(
    kind: Kind, columns: Sequence[Column], literals: Iterable[Value]
) -> Iterator[Value]:
    texts = tuple(value for value in literals if isinstance(value, str))
    declared = next((column.values for column in columns if column.values), ())
    if kind is Kind.NUMBER:
        numbers = sorted({value for value in literals if isinstance(value, Decimal)})
        whole = any(column.type_ref.lower() in _WHOLE for column in columns)
        yield from _whole(numbers) if whole else numbers_around(numbers)
    elif kind is Kind.DATE:
        yield from days_around(sorted({v for v in literals if isinstance(v, date)}))
    elif kind is Kind.BOOLEAN:
        yield from (True, False)
    elif kind is Kind.STRING:
        yield from declared or (*texts, another(texts))
    elif kind is Kind.LIST:
        yield from _lists(declared or (*texts, another(texts)))


def _whole(bounds: list[Decimal]) -> Iterator[Value]:
    found = {Decimal(0)} if not bounds else set()
    for bound in bounds:
        down = bound.to_integral_value(rounding=ROUND_FLOOR)
        up = bound.to_integral_value(rounding=ROUND_CEILING)
        found |= {down, up, EXACT.subtract(down, Decimal(1))}
        found.add(EXACT.add(up, Decimal(1)))
    yield from sorted(found)


def _lists(elements: Sequence[str]) -> Iterator[Value]:
    if len(elements) > _MOST_ELEMENTS + 1:
        return
    for count in range(len(elements) + 1):
        yield from combinations(elements, count)


def _asks_for_null(test: UnaryTest) -> bool:
    asking = tree.Missing | tree.IsNull
    return any(isinstance(node, asking) for node in nodes(test))
