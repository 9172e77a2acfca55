"""
The test in a cell ↔ a sign and the values beside it, as a person picks and types them.

What a sign cannot say stays a condition in the words of the language.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from approval_engine.policy.conditions import Kind
from approval_engine.policy.form.fields import clean
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import InputType


class Sign(StrEnum):
    """
    How a value is compared.
    """

    ANY = "any"
    BELOW = "below"
    MOST = "most"
    ABOVE = "above"
    LEAST = "least"
    BETWEEN = "between"  # from the first, to below the second
    IS = "is"
    NOT = "not"
    ONE = "one"
    NONE = "none"
    HAS = "has"  # a list includes it
    MISSING = "missing"
    FREE = "free"  # a condition in the words of the language


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """
    One cell of a row; `second` is the upper end of `between`.
    """

    sign: Sign = Sign.ANY
    first: str = ""
    second: str = ""


_ORDERED = (Sign.BELOW, Sign.MOST, Sign.ABOVE, Sign.LEAST, Sign.BETWEEN)
_NAMED = (Sign.IS, Sign.NOT, Sign.ONE, Sign.NONE)
_LAST = (Sign.MISSING, Sign.FREE)

SIGNS: Mapping[InputType, tuple[Sign, ...]] = {
    InputType.NUMBER: (Sign.ANY, *_ORDERED, *_NAMED, *_LAST),
    InputType.MONEY: (Sign.ANY, *_ORDERED, *_NAMED, *_LAST),
    InputType.DATE: (Sign.ANY, *_ORDERED, Sign.IS, Sign.NOT, *_LAST),
    InputType.STRING: (Sign.ANY, *_NAMED, *_LAST),
    InputType.LIST: (Sign.ANY, Sign.HAS, *_NAMED, *_LAST),
    InputType.BOOLEAN: (Sign.ANY, Sign.IS, *_LAST),
}
"""The signs that make sense for each type of input."""

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?|[a-z][a-z0-9_]*"
_TEXT = r'"[^"\\,]*"'
_OPERAND: Mapping[InputType, str] = {
    InputType.NUMBER: _NUMBER,
    InputType.MONEY: _NUMBER,
    InputType.DATE: r'date\("[0-9]{4}-[0-9]{2}-[0-9]{2}"\)',
    InputType.STRING: _TEXT,
    InputType.LIST: _TEXT,
    InputType.BOOLEAN: "true|false",
}
_RELATIONS = {
    Sign.MOST: "<=",
    Sign.LEAST: ">=",
    Sign.BELOW: "<",
    Sign.ABOVE: ">",
}
_FORMS = {
    Sign.IS: "{}",
    Sign.ONE: "{}",
    Sign.NOT: "not({})",
    Sign.NONE: "not({})",
    Sign.HAS: "list contains(?, {})",
    Sign.BETWEEN: "[{}..{})",
}
_WORDS = frozenset({"null", "true", "false", "not", "and", "or", "in"})
_TRUTH = {"true": "yes", "false": "no"}
_SAID = {"yes": "true", "no": "false"}
_INCLUDES = re.compile(r'list contains\(\?,\s*("[^"\\,]*")\)')


def type_of_line(name: str) -> InputType | None:
    """
    The type of a field that every line of a quote has; None for other names.
    """
    if name not in LINE_KINDS:
        return None
    numeric = LINE_KINDS[name] is Kind.NUMBER
    return InputType.NUMBER if numeric else InputType.STRING


def split(text: str | None, kind: InputType | None) -> Cell:
    """
    What a form shows for a test; no test at all, and `-`, hold for any value.

    Without a type, as of an input that nobody has declared, it is what is written.
    """
    bare = (text or "-").strip()
    if bare == "-":
        return Cell()
    if kind is None:
        return Cell(sign=Sign.FREE, first=text or "")
    found = next((cell for cell in _read(bare, kind) if cell), None)
    return found or Cell(sign=Sign.FREE, first=text or "")


def compose(cell: Cell, kind: InputType | None) -> str | None:
    """
    The test that a cell says; None for any value. It need not be a sound one.
    """
    if cell.sign is Sign.ANY or cell == Cell(sign=Sign.FREE):
        return None
    if cell.sign in (Sign.FREE, Sign.MISSING):
        return cell.first if cell.sign is Sign.FREE else "null"
    values = [_written(each, kind) for each in _values(cell)]
    if cell.sign in _RELATIONS:
        return f"{_RELATIONS[cell.sign]} {values[0]}"
    end = _written(cell.second, kind)
    all_of = ", ".join(values)
    return _FORMS[cell.sign].format(all_of, end)


def changed(old: str | None, typed: Cell, kind: InputType | None) -> str | None:
    """
    The test after somebody typed this; one that says the same stays as it is written.
    """
    return old if _bare(split(old, kind)) == _bare(typed) else compose(typed, kind)


def _bare(cell: Cell) -> Cell:
    # What is typed comes without blanks around it, and without what nobody can type.
    first, second = ("".join(clean([text])) for text in (cell.first, cell.second))
    return replace(cell, first=first, second=second)


def _values(cell: Cell) -> list[str]:
    if cell.sign not in (Sign.ONE, Sign.NONE):
        return [cell.first]
    return [each for each in cell.first.split(",") if each.strip()] or [""]


def _read(text: str, kind: InputType) -> "tuple[Cell | None, ...]":
    return (
        _missing(text),
        _related(text, kind),
        _between(text, kind),
        _included(text, kind),
        _named(text, kind),
    )


def _missing(text: str) -> Cell | None:
    return Cell(sign=Sign.MISSING) if text == "null" else None


def _related(text: str, kind: InputType) -> Cell | None:
    for sign, mark in _RELATIONS.items():
        if sign in SIGNS[kind] and text.startswith(mark):
            value = _shown(text.removeprefix(mark).strip(), kind)
            return None if value is None else Cell(sign=sign, first=value)
    return None


def _between(text: str, kind: InputType) -> Cell | None:
    low, dots, high = text.partition("..")
    if not (dots and low.startswith("[") and high.endswith(")")):
        return None
    if Sign.BETWEEN not in SIGNS[kind]:
        return None
    first = _shown(low[1:].strip(), kind)
    second = _shown(high[:-1].strip(), kind)
    if first is None or second is None:
        return None
    return Cell(sign=Sign.BETWEEN, first=first, second=second)


def _included(text: str, kind: InputType) -> Cell | None:
    found = _INCLUDES.fullmatch(text)
    if kind is not InputType.LIST or found is None:
        return None
    return Cell(sign=Sign.HAS, first=found[1][1:-1])


def _named(text: str, kind: InputType) -> Cell | None:
    inner, opposite = text, text.startswith("not(") and text.endswith(")")
    if opposite:
        inner = text[4:-1]
    values = [_shown(each.strip(), kind) for each in inner.split(",")]
    told = [each for each in values if each]
    if len(told) != len(values):
        return None
    many = len(told) > 1
    signs = (Sign.NONE, Sign.NOT) if opposite else (Sign.ONE, Sign.IS)
    sign = signs[0] if many else signs[1]
    return Cell(sign=sign, first=", ".join(told)) if sign in SIGNS[kind] else None


def _shown(operand: str, kind: InputType) -> str | None:
    """
    An operand as people type it; None if it is more than one plain value.
    """
    if not re.fullmatch(_OPERAND[kind], operand):
        return None
    if kind is InputType.BOOLEAN:
        return _TRUTH[operand]
    if kind is InputType.DATE:
        return operand[6:-2]
    if kind in (InputType.STRING, InputType.LIST):
        inner = operand[1:-1]
        # Blanks at the ends would be lost where several values stand in one field.
        return inner if inner and inner == inner.strip() else None
    return None if operand in _WORDS else operand


def _written(typed: str, kind: InputType | None) -> str:
    bare = typed.strip()
    match kind:
        case InputType.STRING | InputType.LIST:
            return f'"{bare}"'
        case InputType.DATE:
            return f'date("{bare}")'
        case InputType.BOOLEAN:
            return _SAID.get(bare.lower(), bare)
        case _:
            return bare.removesuffix("%").strip()
