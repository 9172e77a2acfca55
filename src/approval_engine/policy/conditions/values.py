"""
What the operations of the language do with values; null makes every result unknown.

Numbers are exact decimals; only a quotient can be rounded, to 34 digits.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Context, Decimal, DecimalException, DivisionByZero, Overflow
from decimal import InvalidOperation as Undefined

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions.error import ConditionError
from approval_engine.policy.conditions.tree import Relation, Sign

ARITHMETIC = Context(prec=34, traps=[DivisionByZero, Undefined, Overflow])
"""The context of all arithmetic in policies, whatever the thread of the caller has."""

_KINDS = {
    Decimal: "a number",
    str: "a text",
    bool: "a truth value",
    date: "a date",
    tuple: "a list",
}
_OPERATIONS: dict[Sign, Callable[[Decimal, Decimal], Decimal]] = {
    Sign.PLUS: ARITHMETIC.add,
    Sign.MINUS: ARITHMETIC.subtract,
    Sign.TIMES: ARITHMETIC.multiply,
    Sign.OVER: ARITHMETIC.divide,
}
_EQUAL, _UNEQUAL, _LESS, _, _MORE, _AT_LEAST = Relation


def compare(relation: Relation, left: Value, right: Value) -> bool | None:
    """
    Whether the relation holds; both sides must be of one kind.
    """
    if left is None or right is None:
        return None
    if type(left) is not type(right):
        sentence = (
            f"Expected {_name(left)} beside '{relation}', but got {_name(right)}."
        )
        raise ConditionError(sentence)
    if relation is _EQUAL:
        return left == right
    if relation is _UNEQUAL:
        return left != right
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _ordered(relation, left, right)
    if isinstance(left, date) and isinstance(right, date):
        return _ordered(relation, _ordinal(left), _ordinal(right))
    sentence = f"Expected numbers or dates around '{relation}', but got {_name(left)}."
    raise ConditionError(sentence)


def _ordered(relation: Relation, left: Decimal, right: Decimal) -> bool:
    # This is the innermost step of every evaluation: a table of relations costs more.
    if relation is _LESS:
        return left < right
    if relation is _AT_LEAST:
        return left >= right
    return left > right if relation is _MORE else left <= right


def _ordinal(day: date) -> Decimal:
    return Decimal(day.toordinal())


def member(value: Value, among: tuple[Value, ...]) -> bool | None:
    """
    Whether one of the values is equal to this one.
    """
    if value is None:
        return None
    return any(compare(_EQUAL, value, other) for other in among)


def contains(container: Value, item: Value) -> bool | None:
    """
    Whether a list has the item, or a text has it as a part.
    """
    if container is None or item is None:
        return None
    if isinstance(container, tuple):
        return member(item, container)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    sentence = "Expected 'contains' of a list, or of two texts, but got "
    raise ConditionError(sentence + f"{_name(container)} and {_name(item)}.")


def is_empty(value: Value) -> bool:
    """
    Whether there is nothing in a list or text; null is empty.
    """
    if value is None or isinstance(value, str | tuple):
        return not value
    raise ConditionError(
        f"Expected a list or a text to be empty, but got {_name(value)}."
    )


def calculate(sign: Sign, left: Value, right: Value) -> Decimal | None:
    """
    The result of an operation on two numbers.
    """
    if left is None or right is None:
        return None
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        other = right if isinstance(left, Decimal) else left
        sentence = f"Expected two numbers around '{sign}', but got {_name(other)}."
        raise ConditionError(sentence)
    if sign is Sign.OVER and right == 0:
        raise ConditionError(
            f"Expected {left} to be divided by a number, but not by 0."
        )
    try:
        return _OPERATIONS[sign](left, right)
    except DecimalException as error:
        sentence = (
            f"Expected {left} {sign} {right} to have a result, but it is too large."
        )
        raise ConditionError(sentence) from error


def negate(value: Value) -> Decimal | None:
    """
    The number with its sign turned.
    """
    return calculate(Sign.MINUS, Decimal(0), value)


def truth(value: Value) -> bool | None:
    """
    The value as true, false or unknown.
    """
    if value is None or isinstance(value, bool):
        return value
    raise ConditionError(f"Expected true or false, but got {_name(value)}.")


def any_of(parts: Iterable[bool | None]) -> bool | None:
    """
    True if any part is, else unknown if any part is, else false.
    """
    unknown = False
    for part in parts:
        if part:
            return True
        unknown = unknown or part is None
    return None if unknown else False


def all_of(parts: Iterable[bool | None]) -> bool | None:
    """
    False if any part is, else unknown if any part is, else true.
    """
    unknown = False
    for part in parts:
        if part is False:
            return False
        unknown = unknown or part is None
    return None if unknown else True


def opposite(truth: bool | None) -> bool | None:  # noqa: FBT001 - three truth values
    """
    The other truth value; unknown stays unknown.
    """
    return None if truth is None else not truth


def _name(value: Value) -> str:
    return _KINDS.get(type(value), "null")
