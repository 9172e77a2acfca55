"""
Query, body and idempotency key of a request of a program → checked values, or why not.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from approval_engine.documents import JsonValue, parse
from approval_engine.domain.events import stamp
from approval_engine.errors import DocumentError, InvalidInput
from approval_engine.web.context import LARGEST_BODY

LONGEST_KEY = 255
LONGEST_PAGE = 100
_PAGE = 20


def body(*required: str, optional: tuple[str, ...] = ()) -> Mapping[str, JsonValue]:
    """
    The JSON object of the request, with these keys and no others.

    Raises BadRequest for what is no strict JSON, InvalidInput for wrong keys.
    """
    if request.mimetype != "application/json":
        sentence = "Expected a body of type application/json."
        raise UnsupportedMediaType(sentence)
    try:
        found = parse(request.get_data(), "body", LARGEST_BODY).value
    except DocumentError as error:
        raise BadRequest("; ".join(p.sentence for p in error.problems)) from None
    if not isinstance(found, dict):
        sentence = "Expected a JSON object as the body."
        raise InvalidInput(sentence)
    _must_have(found, required, optional)
    return found


def text(values: Mapping[str, JsonValue], name: str) -> str:
    """
    A text of the body; empty if it is absent or null. Raises InvalidInput.
    """
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        sentence = f"Expected '{name}' to be a text."
        raise InvalidInput(sentence)
    return value


def texts(values: Mapping[str, JsonValue], name: str) -> dict[str, str]:
    """
    An object of texts in the body; empty if it is absent or null. Raises InvalidInput.
    """
    value = values.get(name) or {}
    if not isinstance(value, dict):
        sentence = f"Expected '{name}' to be an object."
        raise InvalidInput(sentence)
    return {key: text(value, key) for key in value}


def whole(values: Mapping[str, JsonValue], name: str) -> int | None:
    """
    A whole number of the body; None if it is absent or null. Raises InvalidInput.
    """
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | None):
        sentence = f"Expected '{name}' to be a whole number."
        raise InvalidInput(sentence)
    return value


def key() -> str:
    """
    The idempotency key. Raises BadRequest if it is missing or malformed.
    """
    found = request.headers.get("Idempotency-Key", "")
    fits = 0 < len(found) <= LONGEST_KEY and found.isascii() and found.isprintable()
    if not fits:
        sentence = (
            "Expected a header Idempotency-Key of 1 to"
            f" {LONGEST_KEY} printable ASCII characters."
        )
        raise BadRequest(sentence)
    return found


def query(*known: str) -> Mapping[str, str]:
    """
    The parameters of the address that are not empty. Raises InvalidInput for others.
    """
    if unknown := sorted(set(request.args) - set(known)):
        sentence = f"There is no parameter '{unknown[0]}' here."
        raise InvalidInput(sentence)
    return {name: value for name, value in request.args.items() if value}


def limit(parameters: Mapping[str, str]) -> int:
    """
    How long a page is to be. Raises InvalidInput.
    """
    word = parameters.get("limit", str(_PAGE))
    if not (word.isascii() and word.isdigit() and 0 < int(word[:9]) <= LONGEST_PAGE):
        sentence = f"Expected 'limit' to be a number from 1 to {LONGEST_PAGE}."
        raise InvalidInput(sentence)
    return int(word)


def one_of(
    parameters: Mapping[str, str], name: str, words: type[StrEnum]
) -> str | None:
    """
    A parameter that is one word of an enumeration. Raises InvalidInput.
    """
    word = parameters.get(name)
    if word is not None and word not in set(words):
        sentence = f"Expected '{name}' to be one of {', '.join(words)}."
        raise InvalidInput(sentence)
    return word


def moment(parameters: Mapping[str, str], name: str) -> str | None:
    """
    A parameter that is an instant with its zone, as a stamp. Raises InvalidInput.
    """
    word = parameters.get(name)
    if word is None:
        return None
    try:
        at = datetime.fromisoformat(word)
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        at = datetime.min  # noqa: DTZ901 judged as naive below
    if at.tzinfo is None:
        sentence = f"Expected '{name}' to be an instant such as 2026-03-06T21:00:00Z."
        raise InvalidInput(sentence)
    return stamp(at)


def cursor_of(at: str, number: int) -> str:
    """
    An opaque text for the place where a page ends.
    """
    return base64.urlsafe_b64encode(f"{at}|{number}".encode()).decode().rstrip("=")


def place(parameters: Mapping[str, str]) -> tuple[str, int] | None:
    """
    The place that a cursor stands for. Raises InvalidInput for what is none of ours.
    """
    if (word := parameters.get("cursor")) is None:
        return None
    try:
        padded = word + "=" * (-len(word) % 4)
        at, _, number = base64.urlsafe_b64decode(padded).decode().rpartition("|")
        return at, int(number)
    except (binascii.Error, ValueError):
        sentence = "Expected 'cursor' to be the nextCursor of an earlier page."
        raise InvalidInput(sentence) from None


def _must_have(
    found: Mapping[str, JsonValue], required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    unknown = sorted(set(found) - {*required, *optional})
    missing = [name for name in required if found.get(name) is None]
    if unknown:
        sentence = f"There is no key '{unknown[0][:40]}' in this body."
        raise InvalidInput(sentence)
    if missing:
        sentence = f"Expected a key '{missing[0]}' in the body."
        raise InvalidInput(sentence)
