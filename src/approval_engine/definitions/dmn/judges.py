"""
A unary test → a function that judges a value: the same as `holds`, without the walk.

A table asks its cells many times for every case, and most cells compare with one value.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import UnaryTest, holds
from approval_engine.policy.conditions.tree import (
    Compares,
    Either,
    Fails,
    Interval,
    Literal,
    Relation,
)

Names: TypeAlias = Mapping[str, Value]
Judge: TypeAlias = Callable[[Value, Names], bool | None]

_EXACT = (str, bool, Decimal)
_EQUALITIES = {Relation.EQUAL: True, Relation.UNEQUAL: False}


def judge(test: UnaryTest) -> Judge:
    """
    What `holds` says of a test, for every value and all names.
    """
    match test:
        case Compares(relation=relation, operand=Literal(value=bound)):
            return _comparison(test, relation, bound)
        case Interval(low=Literal(value=low), high=Literal(value=high)):
            return _interval(test, low, high)
        case Either(tests=tests):
            return _either(test, tests)
        case Fails(test=inner):
            return _opposite(judge(inner), test)
    return _walked(test)


def _walked(test: UnaryTest) -> Judge:
    return lambda value, names: holds(test, value, names)


def _comparison(test: UnaryTest, relation: Relation, bound: Value) -> Judge:
    if relation in _EQUALITIES and type(bound) in _EXACT:
        return _among(test, frozenset({bound}), type(bound), _EQUALITIES[relation])
    if type(bound) is not Decimal:
        return _walked(test)
    return _ordered(test, relation, bound)


def _ordered(test: UnaryTest, relation: Relation, bound: Decimal) -> Judge:
    def less(value: Value, names: Names) -> bool | None:
        return value < bound if type(value) is Decimal else holds(test, value, names)

    def at_most(value: Value, names: Names) -> bool | None:
        return value <= bound if type(value) is Decimal else holds(test, value, names)

    def more(value: Value, names: Names) -> bool | None:
        return value > bound if type(value) is Decimal else holds(test, value, names)

    def at_least(value: Value, names: Names) -> bool | None:
        return value >= bound if type(value) is Decimal else holds(test, value, names)

    orders = {
        Relation.LESS: less,
        Relation.AT_MOST: at_most,
        Relation.MORE: more,
        Relation.AT_LEAST: at_least,
    }
    return orders[relation]


def _interval(test: Interval, low: Value, high: Value) -> Judge:
    if type(low) is not Decimal or type(high) is not Decimal:
        return _walked(test)
    least = Relation.AT_LEAST if test.low_closed else Relation.MORE
    most = Relation.AT_MOST if test.high_closed else Relation.LESS
    above, below = _ordered(test, least, low), _ordered(test, most, high)

    def within(value: Value, names: Names) -> bool | None:
        if type(value) is Decimal:
            return above(value, names) and below(value, names)
        return holds(test, value, names)

    return within


def _either(test: UnaryTest, tests: tuple[UnaryTest, ...]) -> Judge:
    bounds = [
        each.operand.value
        for each in tests
        if isinstance(each, Compares)
        and each.relation is Relation.EQUAL
        and isinstance(each.operand, Literal)
    ]
    kinds = {type(bound) for bound in bounds}
    if len(bounds) == len(tests) and len(kinds) == 1 and kinds <= {*_EXACT}:
        return _among(test, frozenset(bounds), kinds.pop(), True)  # noqa: FBT003 inside
    return _walked(test)


def _among(
    test: UnaryTest,
    bounds: frozenset[Value],
    kind: type,
    inside: bool,  # noqa: FBT001 - the answer for a value that is one of them
) -> Judge:
    def among(value: Value, names: Names) -> bool | None:
        if type(value) is kind:
            return (value in bounds) is inside
        return holds(test, value, names)

    return among


def _opposite(inner: Judge, test: UnaryTest) -> Judge:
    def opposite(value: Value, names: Names) -> bool | None:
        if type(value) in _EXACT or isinstance(value, date):
            found = inner(value, names)
            return None if found is None else not found
        return holds(test, value, names)

    return opposite
