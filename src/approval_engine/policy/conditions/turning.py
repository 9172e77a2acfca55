"""
The tests on one value → where they turn, and values that stand for all between.

Between two neighbouring bounds nothing turns: one value there stands for all.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Context, Decimal
from itertools import pairwise

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import tree
from approval_engine.policy.conditions.error import ConditionError
from approval_engine.policy.conditions.evaluate import evaluate
from approval_engine.policy.conditions.kinds import Kind
from approval_engine.policy.conditions.tree import Expression, UnaryTest
from approval_engine.policy.conditions.walk import nodes

_DAY = timedelta(days=1)

EXACT = Context(prec=100)
"""More digits than any sum of two literals has."""

Bounds = tuple[Value, ...]


def turns_at(test: UnaryTest, kind: Kind, *, finite: bool) -> Bounds | None:
    """
    The values at which a test on a value of that kind may turn, in no order.

    None if it turns elsewhere too: it reads other names, or calculates with the value.
    `finite` says that all values there are will be asked, so that none is elsewhere.
    """
    if any(isinstance(node, tree.Name) for node in nodes(test)):
        return None
    if finite:
        return tuple(n.value for n in nodes(test) if isinstance(n, tree.Literal))
    return _of_test(test, kind)


def numbers_around(bounds: Sequence[Decimal]) -> Iterator[Decimal]:
    """
    The bounds, which are sorted, and a number between, below and above them.
    """
    if not bounds:
        yield Decimal(0)
        return
    yield EXACT.subtract(bounds[0], Decimal(1))
    for bound, following in pairwise(bounds):
        beside = EXACT.add(bound, Decimal(1))
        middle = EXACT.divide(EXACT.add(bound, following), Decimal(2))
        yield from (bound, beside if beside < following else middle)
    yield from (bounds[-1], EXACT.add(bounds[-1], Decimal(1)))


def days_around(bounds: Sequence[date]) -> Iterator[date]:
    """
    The bounds and the days beside them, sorted.
    """
    if not bounds:
        yield date(2026, 1, 1)
    near = {
        day
        for bound in bounds
        for day in (
            bound - _DAY if bound > date.min else bound,
            bound,
            bound + _DAY if bound < date.max else bound,
        )
    }
    yield from sorted(near)


def another(texts: Iterable[str]) -> str:
    """
    A text that is none of these, as "anything else".
    """
    known = frozenset(texts)
    other = "other"
    while other in known:
        other += "_"
    return other


def _of_test(test: UnaryTest, kind: Kind) -> Bounds | None:
    match test:
        case tree.Compares(operand=operand):
            return _constant(operand)
        case tree.Interval(low=low, high=high):
            return _all(map(_constant, (low, high)))
        case tree.Either(tests=tests) | tree.Every(tests=tests):
            return _all(_of_test(each, kind) for each in tests)
        case tree.Fails(test=inner):
            return _of_test(inner, kind)
        case tree.Meets(condition=condition):
            return _of_condition(condition, kind)
    return ()


def _of_condition(condition: Expression, kind: Kind) -> Bounds | None:
    match condition:
        case tree.Logic(operands=operands):
            return _all(_of_condition(each, kind) for each in operands)
        case tree.Not(operand=operand):
            return _of_condition(operand, kind)
        case tree.Comparison(left=left, right=right):
            return _of_comparison(left, right, kind)
    return _of_question(condition, kind)


def _of_question(question: Expression, kind: Kind) -> Bounds | None:
    match question:
        case tree.IsNull(operand=tree.Subject()) | tree.Empty(operand=tree.Subject()):
            return ()
        case tree.Literal():
            return ()
        case tree.Member(needle=tree.Subject(), test=test) if kind is not Kind.LIST:
            return _of_test(test, kind)
        case tree.Contains(container=tree.Subject(), item=item) if kind is Kind.LIST:
            return _constant(item)
    return None


def _of_comparison(left: Expression, right: Expression, kind: Kind) -> Bounds | None:
    if isinstance(left, tree.Subject):
        return _beside(right, kind)
    return _beside(left, kind) if isinstance(right, tree.Subject) else None


def _beside(other: Expression, kind: Kind) -> Bounds | None:
    found = _constant(other)
    # Two lists are equal in their order as well, which no set of elements tells.
    return None if kind is Kind.LIST and found else found


def _constant(expression: Expression) -> Bounds | None:
    if any(isinstance(node, tree.Subject) for node in nodes(expression)):
        return None
    try:
        value = evaluate(expression, {})
    except ConditionError:
        return None
    return value if isinstance(value, tuple) else (value,)


def _all(parts: Iterable[Bounds | None]) -> Bounds | None:
    found: list[Value] = []
    for part in parts:
        if part is None:
            return None
        found.extend(part)
    return tuple(found)
