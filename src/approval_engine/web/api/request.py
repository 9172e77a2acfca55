"""
Query, body and idempotency key of a request of a program → checked values, or why not.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from approval_engine.documents import Document, parse, sha256
from approval_engine.domain.events import instant, stamp
from approval_engine.errors import DocumentError, InvalidInput, NotFound
from approval_engine.web.api.bodies import Query
from approval_engine.web.api.refusals import KEYLESS, Problem
from approval_engine.web.context import LARGEST_BODY

LONGEST_KEY = 255
LONGEST_ID = 200

_JSON = "application/json"
_MOST_TOLD = 5
_LONGEST_NUMBER = 18
_EXPECTED: Mapping[str, str] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "dict_type": "an object",
    "model_type": "an object",
    "list_type": "a list",
    "string_pattern_mismatch": "a plain text of the documented form",
    "string_too_short": "a text that is not empty",
    "too_short": "at least one item",
}
"""What was expected where pydantic found something of another type."""

Model = TypeVar("Model", bound=BaseModel)
Asked = TypeVar("Asked", bound=Query)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """
    A body as the view takes it, and what tells it from other bodies.
    """

    value: Any
    said: object


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonBody:
    """
    A JSON object of this form; `whole` if the view wants the document besides.
    """

    model: type[BaseModel]
    whole: bool = False

    def read(self) -> Sent:
        """
        The checked object. Raises BadRequest, InvalidInput.
        """
        document = _document()
        value = checked(self.model, document.value)
        given = (value, document) if self.whole else value
        return Sent(value=given, said=document.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentBody:
    """
    A document that has a reader of its own; the model only tells what it looks like.
    """

    model: type[BaseModel]
    many: bool = False

    def read(self) -> Sent:
        """
        The parsed document. Raises BadRequest.
        """
        document = _document()
        # The order of keys may have a meaning, so the bytes themselves are compared.
        return Sent(value=document, said=sha256(request.get_data()))


@dataclass(frozen=True, kw_only=True, slots=True)
class FileBody:
    """
    The bytes of a file.
    """

    types: tuple[str, ...]
    largest: int

    def read(self) -> Sent:
        """
        The bytes. Raises UnsupportedMediaType, RequestEntityTooLarge.
        """
        if request.mimetype not in self.types:
            sentence = f"Expected a body of type {' or '.join(self.types)}."
            raise UnsupportedMediaType(sentence)
        request.max_content_length = self.largest
        body = request.get_data()
        return Sent(value=body, said=sha256(body))


def checked(model: type[Model], value: object) -> Model:
    """
    A JSON value in this form. Raises InvalidInput.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refused(error, "key", "this body") from None


def part(document: Document, name: str) -> Document:
    """
    A member of a document as a document of its own, with the lines of the whole.
    """
    value = document.value.get(name) if isinstance(document.value, dict) else None
    start = f"/{name}"
    offsets = {
        place.removeprefix(start): offset
        for place, offset in document.offsets.items()
        if place == start or place.startswith(f"{start}/")
    }
    return Document(
        file=document.file, value=value, offsets=offsets, newlines=document.newlines
    )


def key() -> str:
    """
    The idempotency key. Raises a Problem if it is missing or malformed.
    """
    found = request.headers.get("Idempotency-Key", "")
    fits = 0 < len(found) <= LONGEST_KEY and found.isascii() and found.isprintable()
    if not fits:
        sentence = (
            "Expected a header Idempotency-Key of 1 to"
            f" {LONGEST_KEY} printable ASCII characters; see /api/docs#idempotency."
        )
        raise Problem(KEYLESS, sentence)
    return found


def query_of(model: type[Asked]) -> Asked:
    """
    The parameters of the address; those that are empty count as absent.

    Raises InvalidInput for others, and for one that comes twice.
    """
    known = {field.alias or name for name, field in model.model_fields.items()}
    if unknown := sorted(set(request.args) - known):
        sentence = f"There is no parameter '{unknown[0][:40]}' here."
        raise InvalidInput(sentence)
    for name, values in request.args.lists():
        if len(values) > 1:
            sentence = f"Expected the parameter '{name}' once."
            raise InvalidInput(sentence)
    given = {name: value for name, value in request.args.items() if value}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _refused(error, "parameter", "this address") from None


def must_be_ids(ids: Mapping[str, str]) -> None:
    """
    Raises NotFound for what can be the id of nothing.
    """
    for found in ids.values():
        if len(found) > LONGEST_ID or not found.isprintable():
            sentence = "There is nothing of that id."
            raise NotFound(sentence)


def cursor_of(at: str, number: int) -> str:
    """
    An opaque text for the place where a page ends.
    """
    return base64.urlsafe_b64encode(f"{at}|{number}".encode()).decode().rstrip("=")


def place(cursor: str | None) -> tuple[str, int] | None:
    """
    The place that a cursor stands for. Raises InvalidInput for what is none of ours.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, _, word = base64.urlsafe_b64decode(padded).decode().rpartition("|")
        ours = stamp(instant(at)) == at and cursor == cursor_of(at, int(word))
    except (binascii.Error, ValueError, OverflowError):
        raise no_cursor() from None
    if not ours or len(word) > _LONGEST_NUMBER:
        raise no_cursor()
    return at, int(word)


def no_cursor() -> InvalidInput:
    """
    What is said of a cursor that is none of ours.
    """
    return InvalidInput("Expected 'cursor' to be the nextCursor of an earlier page.")


def _document() -> Document:
    if request.mimetype != _JSON:
        sentence = f"Expected a body of type {_JSON}."
        raise UnsupportedMediaType(sentence)
    try:
        return parse(request.get_data(), "body", LARGEST_BODY)
    except DocumentError as error:
        raise BadRequest("; ".join(p.sentence for p in error.problems)) from None


def _refused(error: ValidationError, what: str, where: str) -> InvalidInput:
    told = list(_sentences(error, what, where))
    return InvalidInput(" ".join(dict.fromkeys(told[:_MOST_TOLD])))


def _sentences(error: ValidationError, what: str, where: str) -> Iterator[str]:
    for each in error.errors(include_url=False):
        # The branch of a choice is no part of the path that a program knows.
        path = ".".join(str(part) for part in each["loc"] if part not in _BRANCHES)
        name = path[:80]
        if each["type"] == "extra_forbidden":
            yield f"There is no {what} '{name}' in {where}."
        elif each["type"] == "missing":
            yield f"Expected a {what} '{name}' in {where}."
        elif not name:
            yield "Expected a JSON object as the body."
        else:
            yield f"Expected '{name}' to be {_wanted(each)}."


_BRANCHES = frozenset({"stored", "sent"})


def _wanted(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    if error["type"] in {"enum", "literal_error"}:
        return f"one of {str(context['expected']).replace(chr(39), '')}"
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] in {"greater_than_equal", "less_than_equal"}:
        return "a number that is not so small or large"
    if error["type"] == "string_too_long":
        return f"at most {context['max_length']} characters"
    return _EXPECTED.get(error["type"], "of the documented form")
