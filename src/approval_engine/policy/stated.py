"""
What a quote states → a value of the type that the policy gives the input.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from approval_engine.documents.node import decimal_of
from approval_engine.domain.quote import Value
from approval_engine.policy.currency import largest_amount
from approval_engine.policy.model import Input, InputType
from approval_engine.policy.reading.words import day_of

_LARGEST = Decimal(2**53)


class Unfit(Exception):
    """
    A value that an input cannot have; its text is the sentence.
    """

    code = "type"


class Missing(Unfit):
    """
    No value where a policy wants one; another policy may not.
    """

    code = "missing"


class Contradiction(Unfit):
    """
    What a quote states is not what its own lines give.
    """

    code = "contradiction"


def typed(each: Input, value: Value, currency: str) -> Value:
    """
    A stated value as the type of its input; null stays null.

    Raises Unfit with a sentence if it is none.
    """
    if value is None:
        return None
    if each.type is InputType.LIST:
        if not isinstance(value, tuple):
            raise Unfit(_unfit(each, value))
        return tuple(_among(each, _text(each, element)) for element in value)
    if each.type is InputType.STRING:
        return _among(each, _text(each, value))
    return _TYPES[each.type](each, value, currency)


def _number(each: Input, value: Value, currency: str) -> Value:
    number = decimal_of(value) if isinstance(value, str | Decimal) else None
    if number is None:
        raise Unfit(_unfit(each, value))
    money = each.type is InputType.MONEY
    largest = largest_amount(currency) if money else _LARGEST
    if abs(number) > largest:
        raise Unfit(f"Expected '{each.name}' of at most {largest}, but got {number}.")
    return number


def _boolean(each: Input, value: Value, _currency: str) -> Value:
    if isinstance(value, bool):
        return value
    raise Unfit(_unfit(each, value))


def _date(each: Input, value: Value, _currency: str) -> Value:
    day = day_of(value) if isinstance(value, str) else None
    if day is None:
        raise Unfit(_unfit(each, value))
    return day


def _text(each: Input, value: Value) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return value
    raise Unfit(_unfit(each, value))


def _among(each: Input, value: str) -> str:
    if each.values and value not in each.values:
        known = ", ".join(each.values)
        raise Unfit(f"Expected '{each.name}' among {known}, but got '{value}'.")
    return value


def _unfit(each: Input, value: Value) -> str:
    return f"Expected '{each.name}' as a {each.type}, but got {shown(value)}."


_TYPES: Mapping[InputType, Callable[[Input, Value, str], Value]] = {
    InputType.NUMBER: _number,
    InputType.MONEY: _number,
    InputType.BOOLEAN: _boolean,
    InputType.DATE: _date,
}


def shown(value: Value) -> str:
    """
    A value as a sentence names it.
    """
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple):
        return f"[{', '.join(map(shown, value))}]"
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"
