"""
Constants of a policy document ↔ values ↔ FEEL literals, by the form that a key has.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from approval_engine.definitions.wording import number as plain_number
from approval_engine.documents import JsonValue
from approval_engine.documents.node import decimal_of
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions.tree import Expression, Literal, Sequence


class Form(StrEnum):
    """
    What a constant is; the word is what a sentence asks for.
    """

    TEXT = 'a text such as "manager"'
    TEXTS = 'a list of texts such as ["manager"]'
    NUMBER = "a number"
    NUMBERS = "a list of numbers such as [16, 24]"
    FLAG = "true or false"
    DAY = 'a day such as date("2026-01-31")'
    PAIRS = 'a list of pairs such as ["region=region"]'


TYPES = {
    Form.TEXT: "string",
    Form.TEXTS: "list",
    Form.NUMBER: "number",
    Form.NUMBERS: "list",
    Form.FLAG: "boolean",
    Form.DAY: "date",
    Form.PAIRS: "list",
}
"""The type of an output of that form."""


def value_of(said: JsonValue, form: Form) -> Value:
    """
    The value of a constant of a policy that was loaded without a problem.
    """
    match form:
        case Form.DAY:
            return date.fromisoformat(str(said))
        case Form.NUMBER:
            return decimal_of(said)
        case Form.NUMBERS:
            return tuple(decimal_of(each) for each in _list(said))
        case Form.TEXTS:
            return tuple(str(each) for each in _list(said))
        case Form.PAIRS if isinstance(said, dict):
            return tuple(f"{key}={_text(each)}" for key, each in said.items())
    return said if isinstance(said, bool) else str(said)


def json_of(value: Value, form: Form) -> JsonValue:
    """
    The constant that a value of that form is in a document.

    Raises ValueError if it is of another form.
    """
    match form, value:
        case Form.TEXT, str() as text:
            return text
        case Form.FLAG, bool() as flag:
            return flag
        case Form.NUMBER, Decimal() as number:
            return _number(number)
        case Form.DAY, date() as day:
            return day.isoformat()
        case ((Form.TEXTS | Form.PAIRS), tuple() as items):
            texts = [each for each in items if isinstance(each, str)]
            if len(texts) == len(items):
                return list(texts) if form is Form.TEXTS else _pairs(texts)
        case Form.NUMBERS, tuple() as items:
            return [
                None if each is None else json_of(each, Form.NUMBER) for each in items
            ]
    raise ValueError(form)


def constant(expression: Expression) -> Value:
    """
    The value of an expression without names. Raises ValueError if it is no constant.
    """
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, Sequence):
        return tuple(constant(item) for item in expression.items)
    raise ValueError(expression)


def feel(value: Value) -> str:
    """
    A value as a FEEL literal; null is an empty cell.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, tuple):
        return f"[{listed(value)}]"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(values: Iterable[Value]) -> str:
    """
    Values with commas between.
    """
    return ", ".join("null" if value is None else feel(value) for value in values)


def _list(said: JsonValue) -> list[JsonValue]:
    return said if isinstance(said, list) else []


def _text(said: JsonValue) -> str:
    number = None if isinstance(said, str) else decimal_of(said)
    return str(said) if number is None else plain_number(number)


def _number(number: Decimal) -> JsonValue:
    whole = number == number.to_integral_value()
    return int(number) if whole else plain_number(number)


def _pairs(texts: Iterable[str]) -> JsonValue:
    pairs = [each.rpartition("=") for each in texts]
    if not all(key and value for key, _, value in pairs):
        raise ValueError(Form.PAIRS)
    return {key: value for key, _, value in pairs}
