"""
The fields of a form and what a person typed → values, or everything that is missing.

Conditions of the process read them by their ids once the task is done.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from approval_engine.definitions.model import Field
from approval_engine.domain.quote import Value
from approval_engine.errors import InvalidInput

LONGEST = 500
"""How many characters a field takes."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
"""What fits into 64 bits, as the type says; more digits the engine would not take."""

_TRUTH = {"true": True, "false": False}
_EXAMPLES = {"long": "a whole number", "boolean": "true or false", "date": "2026-12-31"}


def filled(fields: Iterable[Field], given: Mapping[str, str]) -> dict[str, str]:
    """
    The text of each field that has one: as given, else its default.

    Raises InvalidInput with every field that is missing, unknown or malformed.
    """
    own = {each.id: each for each in fields if not each.read_only}
    wrong = [f"there is no field '{name}'" for name in given if name not in own]
    found: dict[str, str] = {}
    for each in own.values():
        text = given.get(each.id, "").strip() or each.default or ""
        wrong += _faults(each, text)
        if text:
            found[each.id] = text
    if wrong:
        sentence = f"Expected the form to be filled in, but {'; '.join(wrong)}."
        raise InvalidInput(sentence)
    return found


def values(fields: Iterable[Field], texts: Mapping[str, str]) -> dict[str, Value]:
    """
    The value of each field that was filled in, by its id.
    """
    own = {each.id: each for each in fields}
    return {name: _value(own[name], text) for name, text in texts.items()}


def _faults(each: Field, text: str) -> Iterator[str]:
    if not text:
        # Nobody declared an inferred field, but the way on depends on it.
        if each.required or each.inferred:
            yield f"'{each.id}' is missing"
        return
    if len(text) > LONGEST:
        yield f"'{each.id}' is longer than {LONGEST} characters"
        return
    try:
        _value(each, text)
    except (ValueError, ArithmeticError):
        choices = ", ".join(value for value, _ in each.choices)
        wanted = _EXAMPLES.get(each.type) or f"one of {choices}"
        yield f"'{each.id}' must be {wanted}, not '{text[:40]}'"


def _value(each: Field, text: str) -> Value:
    """
    Raises ValueError for a text that is none of its type.
    """
    match each.type:
        case "long":
            if not _WHOLE.fullmatch(text):
                raise ValueError(text)
            return Decimal(int(text))
        case "boolean":
            if text not in _TRUTH:
                raise ValueError(text)
            return _TRUTH[text]
        case "date":
            return date.fromisoformat(text)
        case "enum":
            if text not in {value for value, _ in each.choices}:
                raise ValueError(text)
    return text
