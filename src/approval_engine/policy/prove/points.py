"""
An input and the tests on it → values of which one stands for each way they answer.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import ConditionError, Kind
from approval_engine.policy.conditions.turning import (
    another,
    days_around,
    numbers_around,
)
from approval_engine.policy.model import Input, InputType
from approval_engine.policy.prove.asked import Asked
from approval_engine.policy.reading.draft import KIND_OF_TYPE
from approval_engine.policy.stated import Unfit, typed

MOST_ELEMENTS = 9
ORDERED = (Kind.NUMBER, Kind.DATE)


def kind_of(each: Input) -> Kind:
    """
    The kind of the values of an input.
    """
    return KIND_OF_TYPE[each.type]


def is_finite(each: Input) -> bool:
    """
    Whether all values there are can be asked.
    """
    return each.type is InputType.BOOLEAN or (
        each.type is InputType.STRING and bool(each.values)
    )


def points_of(each: Input, bounds: list[Value]) -> Iterator[Value]:
    """
    The values that stand for all, in order if they have one.
    """
    match kind_of(each):
        case Kind.NUMBER:
            yield from numbers_around(
                sorted({v for v in bounds if isinstance(v, Decimal)})
            )
        case Kind.DATE:
            yield from days_around(sorted({v for v in bounds if isinstance(v, date)}))
        case Kind.BOOLEAN:
            yield from (True, False)
        case Kind.LIST:
            yield from _lists(each, bounds)
        case _:
            named = tuple(v for v in bounds if isinstance(v, str))
            yield from each.values or (another(named), *named)


def _lists(each: Input, bounds: list[Value]) -> Iterator[Value]:
    named = dict.fromkeys(v for v in bounds if isinstance(v, str))
    others = [value for value in each.values if value not in named]
    # One more stands for all that no test names.
    elements = (*named, *(others[:1] if each.values else (another(named),)))
    most = len(elements) if len(elements) <= MOST_ELEMENTS else 2
    for count in range(most + 1):
        yield from combinations(elements, count)


def can_be(each: Input, value: Value, currency: str) -> bool:
    """
    Whether a quote may state a value for an input.
    """
    try:
        stated = value.isoformat() if isinstance(value, date) else value
        typed(each, stated, currency)
    except Unfit:
        return False
    return True


def distinct(
    tests: tuple[Asked, ...], points: list[Value], *, ordered: bool
) -> tuple[Value, ...]:
    """
    One point for each way in which the tests answer, the first one of each.

    Where order counts, only neighbours stand for each other.
    """
    found: list[tuple[object, Value]] = []
    for point in points:
        mine = signature(tests, point)
        known = found[-1:] if ordered and point is not None else found
        if not any(mine == other for other, _ in known):
            found.append((mine, point))
    return tuple(point for _, point in found)


def signature(tests: tuple[Asked, ...], value: Value) -> tuple[bool | None, ...]:
    """
    How the tests answer on a value.
    """
    try:
        return tuple(asked.answer(value, {}) for asked in tests)
    except ConditionError:
        return (None,) * (len(tests) + 1)
