"""
A tree and the values of its names → its value; a test and a value → a truth value.

Null is never silently false: what depends on a missing value is None, which is unknown.
"""

from collections.abc import Mapping

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import tree
from approval_engine.policy.conditions.tree import (
    Expression,
    Relation,
    Truth,
    UnaryTest,
)
from approval_engine.policy.conditions.values import (
    all_of,
    any_of,
    calculate,
    compare,
    contains,
    is_empty,
    member,
    negate,
    opposite,
    truth,
)
from approval_engine.policy.conditions.walk import mentions_subject

Names = Mapping[str, Value]


def evaluate(expression: Expression, names: Names) -> Value:
    """
    The value of an expression; a name without a value is null.

    Raises ConditionError where kinds do not fit or a divisor is zero.
    """
    return _value(expression, names, None)


def holds(test: UnaryTest, value: Value, names: Names) -> bool | None:
    """
    Whether the value meets the test; None if that is unknown because of null.

    A list meets a test if any of its elements does; `?` stands for the list as a whole.
    Raises ConditionError where kinds do not fit or a divisor is zero.
    """
    if isinstance(value, tuple):
        return _list_holds(test, value, names)
    match test:
        case tree.Compares():
            return _compares(test.relation, value, _value(test.operand, names, value))
        case tree.Interval():
            return _within(test, value, names)
        case tree.Meets():
            return truth(_value(test.condition, names, value))
        case tree.Either() | tree.Every() | tree.Fails():
            return _combined(test, value, names)
    return isinstance(test, tree.Always) or value is None


def _combined(
    test: tree.Either | tree.Every | tree.Fails, value: Value, names: Names
) -> bool | None:
    if isinstance(test, tree.Fails):
        return opposite(holds(test.test, value, names))
    parts = (holds(part, value, names) for part in test.tests)
    return any_of(parts) if isinstance(test, tree.Either) else all_of(parts)


def _list_holds(test: UnaryTest, value: tuple[Value, ...], names: Names) -> bool | None:
    if isinstance(test, tree.Meets):
        return truth(_value(test.condition, names, value))
    if isinstance(test, tree.Always | tree.Missing):
        return isinstance(test, tree.Always)
    if isinstance(test, tree.Either | tree.Every | tree.Fails) and _as_a_whole(test):
        return _combined(test, value, names)
    return any_of(holds(test, element, names) for element in value)


def _as_a_whole(test: tree.Either | tree.Every | tree.Fails) -> bool:
    whole = isinstance(test, tree.Either) or mentions_subject(test)
    return whole or test == tree.Fails(test=tree.Missing())


def _value(expression: Expression, names: Names, subject: Value) -> Value:
    match expression:
        case tree.Literal():
            return expression.value
        case tree.Name():
            return names.get(expression.name)
        case tree.Subject():
            return subject
        case tree.Sequence():
            return tuple(_value(item, names, subject) for item in expression.items)
        case tree.Negative() | tree.Arithmetic():
            return _calculated(expression, names, subject)
    return _truth(expression, names, subject)


def _calculated(
    expression: tree.Negative | tree.Arithmetic, names: Names, subject: Value
) -> Value:
    if isinstance(expression, tree.Negative):
        return negate(_value(expression.operand, names, subject))
    left = _value(expression.left, names, subject)
    return calculate(expression.sign, left, _value(expression.right, names, subject))


def _truth(expression: Truth, names: Names, subject: Value) -> bool | None:
    match expression:
        case tree.Comparison():
            left = _value(expression.left, names, subject)
            right = _value(expression.right, names, subject)
            return compare(expression.relation, left, right)
        case tree.Logic():
            parts = (truth(_value(o, names, subject)) for o in expression.operands)
            both = expression.connective is tree.Connective.AND
            return all_of(parts) if both else any_of(parts)
        case tree.Member():
            needle = _value(expression.needle, names, subject)
            return holds(expression.test, needle, names)
        case tree.Contains():
            container = _value(expression.container, names, subject)
            return contains(container, _value(expression.item, names, subject))
    return _truth_of_one(expression, _value(expression.operand, names, subject))


def _truth_of_one(
    expression: tree.Not | tree.IsNull | tree.Empty, value: Value
) -> bool | None:
    if isinstance(expression, tree.Not):
        return opposite(truth(value))
    return value is None if isinstance(expression, tree.IsNull) else is_empty(value)


def _compares(relation: Relation, value: Value, operand: Value) -> bool | None:
    if not isinstance(operand, tuple):
        return compare(relation, value, operand)
    if relation is Relation.EQUAL:
        return member(value, operand)
    if relation is Relation.UNEQUAL:
        return opposite(member(value, operand))
    return compare(relation, value, operand)


def _within(test: tree.Interval, value: Value, names: Names) -> bool | None:
    low = _value(test.low, names, value)
    high = _value(test.high, names, value)
    above = Relation.AT_LEAST if test.low_closed else Relation.MORE
    below = Relation.AT_MOST if test.high_closed else Relation.LESS
    return all_of((compare(above, value, low), compare(below, value, high)))
