"""
A value → the one byte string that stands for it, and its SHA-256.

Keys are sorted, there is no white space, decimals are texts without needless zeros.
Equal values give equal bytes on every machine; hashes in the event log rest on this.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import cast

import orjson

from approval_engine.documents.document import JsonValue

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def canonical(value: object) -> bytes:
    """
    Canonical JSON in UTF-8. Tuples are arrays, dates ISO 8601, instants UTC with `Z`.

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


def sha256(value: object) -> str:
    """
    Hex SHA-256 of these bytes, or of the canonical bytes of any other value.
    """
    text = value if isinstance(value, bytes) else canonical(value)
    return hashlib.sha256(text).hexdigest()


def _plain(value: object) -> object:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, dict | Mapping):
        return {_key(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return _plain(value.value) if isinstance(value, Enum) else _text(value)


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    kind = type(value).__name__
    sentence = f"Expected a value with an exact JSON form, but got {kind}."
    raise TypeError(sentence)


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
