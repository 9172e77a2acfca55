"""
One value of a document ↔ the texts of one field, exactly or not at all.

A value that a field cannot show is kept; a text that says what the value says already
leaves it as it is written.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from approval_engine.documents import JsonValue, pointer
from approval_engine.documents.node import decimal_of

Texts: TypeAlias = tuple[str, ...]
Key: TypeAlias = str | int

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Kind(StrEnum):
    """
    How a field is filled in.
    """

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"  # one of a few, or nothing
    FLAG = "flag"  # yes, no, or nothing
    PICK = "pick"  # any of several, to be ticked
    WORDS = "words"  # words with commas between them
    NUMBERS = "numbers"  # numbers with commas between them
    PAIRS = "pairs"  # name=value, with commas between them


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """
    A field: where its value stands in its part, and how it is asked for.

    `choices` are pairs of value and words; `empty` says what no value means.
    """

    path: tuple[Key, ...]
    label: str
    kind: Kind = Kind.TEXT
    choices: tuple[tuple[str, str], ...] = ()
    empty: str = ""
    hint: str = ""


def name_of(place: str, path: Sequence[Key]) -> str:
    """
    The name of a field in the form: a JSON pointer into the document.
    """
    for key in path:
        place = pointer(place, key)
    return place


def clean(texts: Sequence[str]) -> Texts:
    """
    What was typed, without blanks around it and without what no document can hold.
    """
    bare = (_CONTROL.sub(" ", text).strip() for text in texts)
    return tuple(text for text in bare if text)


def get(part: JsonValue, path: Sequence[Key]) -> JsonValue:
    """
    The value at a path; None if there is none.
    """
    for key in path:
        if isinstance(part, dict) and isinstance(key, str):
            part = part.get(key)
        elif isinstance(part, list) and isinstance(key, int) and key < len(part):
            part = part[key]
        else:
            return None
    return part


def show(field: Field, part: JsonValue) -> Texts | None:
    """
    What the field shows; None if it cannot show what stands there.
    """
    value = get(part, field.path)
    if value is None or value in ([], {}, ""):
        return ()
    shown: Texts | None
    match field.kind:
        case Kind.TEXT | Kind.DAY | Kind.CHOICE:
            shown = (value,) if isinstance(value, str) else None
        case Kind.NUMBER:
            shown = _number_shown(value)
        case Kind.FLAG:
            shown = _flag_shown(value)
        case Kind.PICK:
            shown = _all_texts(value)
        case Kind.WORDS | Kind.NUMBERS:
            shown = _joined(value, numbers=field.kind is Kind.NUMBERS)
        case Kind.PAIRS:
            shown = _pairs_shown(value)
    # What would come back otherwise than it is cannot be shown.
    return shown if shown is None or clean(shown) == shown else None


def put(field: Field, part: JsonValue, typed: Sequence[str]) -> None:
    """
    Change the part to what was typed; where that says nothing new, nothing changes.
    """
    texts, shown = clean(typed), show(field, part)
    if shown is None or texts == shown:
        return
    if field.kind is Kind.PICK:
        if frozenset(texts) == frozenset(shown):
            return
        kept = [each for each in shown if each in texts]
        texts = (*kept, *(each for each in texts if each not in shown))
    _set(part, field.path, _read(field.kind, texts))


def _number_shown(value: JsonValue) -> Texts | None:
    if isinstance(value, str):
        return (value,)
    return None if decimal_of(value) is None else (f"{value}",)


def _flag_shown(value: JsonValue) -> Texts | None:
    if isinstance(value, bool):
        return ("yes",) if value else ("no",)
    return None


def _all_texts(value: JsonValue) -> Texts | None:
    if not isinstance(value, list):
        return None
    texts = tuple(each for each in value if isinstance(each, str))
    return texts if len(texts) == len(value) == len(set(texts)) else None


def _joined(value: JsonValue, *, numbers: bool) -> Texts | None:
    if not isinstance(value, list):
        return None
    plain = [
        str(each)
        for each in value
        if isinstance(each, str) or (numbers and _is_number(each))
    ]
    fits = len(plain) == len(value) and all(
        each and each == each.strip() and "," not in each for each in plain
    )
    return (", ".join(plain),) if fits else None


def _pairs_shown(value: JsonValue) -> Texts | None:
    if not isinstance(value, dict):
        return None
    parts = []
    for name, each in value.items():
        text = str(each)
        plain = isinstance(each, str) or _is_number(each)
        if not plain or not text or set(name + text) & set(",= "):
            return None
        parts.append(f"{name}={text}")
    return (", ".join(parts),)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _read(kind: Kind, texts: Texts) -> JsonValue:
    if not texts:
        return None
    if kind is Kind.PICK:
        return list(texts)
    text = texts[0]
    if kind is Kind.FLAG:
        return {"yes": True, "no": False}.get(text, text)
    if kind in (Kind.WORDS, Kind.NUMBERS):
        read = _number if kind is Kind.NUMBERS else str
        return [read(each) for each in _words(text)]
    if kind is Kind.PAIRS:
        return _pairs(text)
    return _number(text) if kind is Kind.NUMBER else text


def _number(text: str) -> JsonValue:
    return int(text) if _WHOLE.fullmatch(text) else text


def _words(text: str) -> Texts:
    return clean(text.split(","))


def _pairs(text: str) -> dict[str, JsonValue]:
    pairs = (each.partition("=") for each in _words(text))
    return {name.strip(): _number(value.strip()) for name, _, value in pairs}


def _set(part: JsonValue, path: tuple[Key, ...], value: JsonValue) -> None:
    """
    Put a value at its place; None takes it away, and with it what becomes empty above.
    """
    *above, last = path
    holders: list[JsonValue] = [part]
    for index, key in enumerate(above):
        below = get(holders[-1], (key,))
        if below is None and value is not None:
            below = [] if isinstance(path[index + 1], int) else {}
            assign(holders[-1], key, below)
        holders.append(below)
    if value is not None:
        assign(holders[-1], last, value)
        return
    _drop(holders[-1], last)
    for holder, key in zip(reversed(holders[:-1]), reversed(above), strict=True):
        if get(holder, (key,)) in ({}, []):
            _drop(holder, key)


def assign(holder: JsonValue, key: Key, value: JsonValue) -> None:
    """
    Put a value into an object or a list, which grows where it is too short.
    """
    if isinstance(holder, dict) and isinstance(key, str):
        holder[key] = value
    elif isinstance(holder, list) and isinstance(key, int):
        holder.extend({} for _ in range(key + 1 - len(holder)))
        holder[key] = value


def _drop(holder: JsonValue, key: Key) -> None:
    if isinstance(holder, dict) and isinstance(key, str):
        holder.pop(key, None)
    # An element of a list leaves an empty object, so that the others keep their place.
    elif isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        holder[key] = {}


Typed: TypeAlias = Mapping[str, Sequence[str]]
"""What a form sent: the texts by the names of the fields."""
