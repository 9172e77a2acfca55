"""
A policy document → `Policy`, or every problem in it at once.

The form is judged by the JSON Schema that the package ships, the meaning by `reading`;
parts with a wrong form are named once and not judged further.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from approval_engine.documents import Document, pointer
from approval_engine.documents.node import Node, said
from approval_engine.errors import PolicyError
from approval_engine.policy.model import Policy
from approval_engine.policy.reading.draft import hint
from approval_engine.policy.reading.whole import read_policy

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "minItems": "at least {} element",
    "minProperties": "at least {} key",
    "minLength": "a text of at least {} character",
    "maxLength": "at most {} characters",
    "uniqueItems": "each element once",
}
_KINDS = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def load(document: Document) -> Policy:
    """
    The policy that a document describes. Raises PolicyError with every problem in it.
    """
    root = Node(document, document.value)
    for place, code, sentence in _wrong_forms(document):
        Node(document, None, place, root.problems).problem(code, sentence)
    return _read(root)


def load_published(document: Document) -> Policy:
    """
    The policy of a document that `load` accepted when it was published.

    Its form is not judged again: that takes longer than reading it, and a schema that
    became stricter must not stop what was decided under it.
    """
    return _read(Node(document, document.value))


def _read(root: Node) -> Policy:
    policy = read_policy(root)
    if root.problems:
        told = dict.fromkeys(root.problems)
        raise PolicyError(*sorted(told, key=lambda problem: problem.line))
    return policy


@cache
def schema() -> dict[str, Any]:
    """
    The JSON Schema (draft 2020-12) of the form of a policy.
    """
    text = files("approval_engine.policy").joinpath("schema.json").read_text("utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())


def _wrong_forms(document: Document) -> Iterator[tuple[str, str, str]]:
    """
    Place, code and sentence for whatever the schema does not allow, each once.
    """
    told: set[tuple[str, str, str]] = set()
    for error in _validator().iter_errors(document.value):
        for found in _told(error):
            if found not in told:
                told.add(found)
                yield found


def _told(error: "ValidationError") -> Iterator[tuple[str, str, str]]:
    place = ""
    for part in error.absolute_path:
        place = pointer(place, part)
    instance: Any = error.instance
    if "propertyNames" in error.schema_path:
        sentence = f"Expected {_expected(error)} as a key, but got '{instance}'."
        yield pointer(place, str(instance)), "name", sentence
    elif error.validator == "required":
        yield from _missing(error, place)
    elif error.validator == "additionalProperties":
        yield from _unknown(error, place)
    else:
        name = place.rpartition("/")[2] or "the document"
        sentence = f"Expected {_expected(error)} in '{name}', but got {said(instance)}."
        yield place, "form", sentence


def _missing(error: "ValidationError", place: str) -> Iterator[tuple[str, str, str]]:
    wanted: Any = error.validator_value
    instance: Any = error.instance
    for key in wanted:
        if key not in instance:
            yield place, "missing", f"Expected a value for '{key}'."


def _unknown(error: "ValidationError", place: str) -> Iterator[tuple[str, str, str]]:
    scheme: Any = error.schema
    instance: Any = error.instance
    known = frozenset(scheme.get("properties", ()))
    for key in instance:
        if key not in known:
            sentence = f"Expected no key '{key}' here{hint(key, known)}"
            yield pointer(place, key), "unknown_key", sentence


def _expected(error: "ValidationError") -> str:
    rule, scheme = str(error.validator), error.schema
    wanted: Any = error.validator_value
    if rule in _LIMITS:
        return _LIMITS[rule].format(wanted)
    if isinstance(scheme, dict) and "description" in scheme:
        return str(scheme["description"])
    if rule == "enum":
        return " or ".join(f"'{each}'" for each in wanted)
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(_KINDS.get(kind, kind) for kind in kinds)
