"""
A value → the one byte string that stands for it, and its SHA-256.

Keys are sorted, there is no white space, decimals are texts without needless zeros.
Equal values give equal bytes on every machine; hashes in the event log rest on this.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, cast

import orjson

from approval_engine.documents.document import Document, JsonValue

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def canonical(value: object) -> bytes:
    """
    Canonical JSON in UTF-8. Tuples are arrays, dates ISO 8601, instants UTC with `Z`.

    Dataclasses are objects by the names of their fields.

    Raises TypeError for floats, naive instants and all that has no one JSON form.
    """
    return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)


def in_order(value: object) -> bytes:
    """
    The same but for keys, which stay in order: in a policy their order has a meaning.
    """
    return orjson.dumps(_plain(value))


def load(text: bytes) -> JsonValue:
    """
    The JSON value that `canonical` wrote; decimals and dates stay texts.

    Raises ValueError for anything that is not JSON.
    """
    return cast("JsonValue", orjson.loads(text))


def written(text: bytes, file: str) -> Document | None:
    """
    The document in bytes that `canonical` wrote, without places; None of all others.

    Ten times as quick as `parse`, for what was judged by it when it came in. Whoever
    finds a problem in it asks `parse` for the line.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if orjson.dumps(value, option=orjson.OPT_SORT_KEYS) != text:
        return None
    return Document(file=file, value=value, offsets={}, newlines=())


def sha256(value: object) -> str:
    """
    Hex SHA-256 of these bytes, or of the canonical bytes of any other value.
    """
    text = value if isinstance(value, bytes) else canonical(value)
    return hashlib.sha256(text).hexdigest()


def _plain(value: Any) -> object:  # noqa: ANN401 any JSON value
    kind = type(value)
    return value if kind in _AS_THEY_ARE else _form(kind)(value)  # type: ignore[arg-type] # a type is hashable


@cache
def _form(kind: type) -> Callable[[Any], object]:
    """
    How values of a type are written; looked up once per type, for every event needs it.
    """
    forms: tuple[tuple[bool, Callable[[Any], object]], ...] = (
        (issubclass(kind, Mapping), _mapping),
        (issubclass(kind, list | tuple), _array),
        (issubclass(kind, Enum), lambda value: _plain(value.value)),
        (issubclass(kind, Decimal), _decimal),
        (issubclass(kind, datetime), _instant),
        (issubclass(kind, date), date.isoformat),
        (is_dataclass(kind), _record),
    )
    found = next((form for fits, form in forms if fits), None)
    if found is None:
        sentence = f"Expected a value with an exact JSON form, but got {kind.__name__}."
        raise TypeError(sentence)
    return found


# Leaves are judged where they stand: a call for each would double the time of all.
def _mapping(value: Mapping[Any, Any]) -> object:
    return {
        name if type(name) is str else _key(name): (
            part if type(part) in _AS_THEY_ARE else _plain(part)
        )
        for name, part in value.items()
    }


def _array(value: Iterable[Any]) -> object:
    return [part if type(part) in _AS_THEY_ARE else _plain(part) for part in value]


def _record(value: Any) -> object:  # noqa: ANN401 any dataclass
    return {
        name: (
            part if type(part := getattr(value, name)) in _AS_THEY_ARE else _plain(part)
        )
        for name in type(value).__dataclass_fields__
    }


def _key(name: object) -> str:
    if isinstance(name, str):
        return str(name)
    sentence = f"Expected keys of text, but got {type(name).__name__}."
    raise TypeError(sentence)


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        sentence = f"Expected a finite number, but got {value}."
        raise TypeError(sentence)
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        sentence = f"Expected an instant with a time zone, but got {value}."
        raise TypeError(sentence)
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
