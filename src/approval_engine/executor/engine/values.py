"""
Values of conditions ↔ JSON in which a number, a text and a date stay apart.

Numbers are written in full without zeros at the end, so equal values are equal bytes.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import orjson

from approval_engine.domain.quote import Value
from approval_engine.errors import EngineError
from approval_engine.executor.engine.model import Values

MAX_DIGITS = 60
"""Of a number, before and behind the point: a short text must not become a long one."""

_NUMBER, _DATE = "number", "date"


def dump(values: Values) -> bytes:
    """
    Named values as bytes; equal values of equal kinds give equal bytes.
    """
    return orjson.dumps(tagged(values), option=orjson.OPT_SORT_KEYS)


def load(text: bytes) -> Values:
    """
    What `dump` wrote.
    """
    return untagged(orjson.loads(text))


def tagged(values: Values) -> dict[str, object]:
    """
    Named values as JSON. Raises EngineError if one is no value of conditions.
    """
    return {name: _tagged(value) for name, value in values.items()}


def untagged(document: object) -> Values:
    """
    What `tagged` wrote. Raises EngineError if it did not.
    """
    if not isinstance(document, dict):
        raise _misshapen(document)
    return {name: _untagged(value) for name, value in document.items()}


def _tagged(value: Value) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal):
        return {_NUMBER: _number(value)}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {_DATE: value.isoformat()}
    if isinstance(value, tuple):
        return [_tagged(item) for item in value]
    raise _misshapen(value)


def _number(value: Decimal) -> str:
    if not value.is_finite() or _digits(value) > MAX_DIGITS:
        raise EngineError(
            f"Expected a number of at most {MAX_DIGITS} digits, but got {value!r}."
        )
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if value else "0"


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    behind = max(0, -exponent) if isinstance(exponent, int) else 0
    return max(0, value.adjusted()) + 1 + behind


def _untagged(value: object) -> Value:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, list):
        return tuple(_untagged(item) for item in value)
    match value:
        case {"number": str(text)}:
            return _read(Decimal, text)
        case {"date": str(text)}:
            return _read(date.fromisoformat, text)
    raise _misshapen(value)


def _read(kind: object, text: str) -> Value:
    try:
        value: Value = kind(text)  # type: ignore[operator] # of the two above
    except (ValueError, InvalidOperation) as error:
        raise _misshapen(text) from error
    return value


def _misshapen(value: object) -> EngineError:
    return EngineError(f"Expected a value that conditions can read, but got {value!r}.")


def rows(values: Mapping[str, object]) -> dict[str, Values]:
    """
    Named values of several elements, from JSON.
    """
    return {element: untagged(each) for element, each in values.items()}
