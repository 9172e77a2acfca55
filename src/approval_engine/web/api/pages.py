"""
The OpenAPI document → what its page shows: operations with commands, shapes as tables.

Nothing is known here but the document, so the page says what programs read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from approval_engine.notifications.bodies import TYPES
from approval_engine.web.api.chapters import CHAPTERS, Chapter
from approval_engine.web.api.describe import Json

_METHODS = ("get", "post", "delete")
_JSON = "application/json"
_FILE = "deal.bpmn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """
    A part of how a value looks; `shape` is the shape that it leads to, if it is one.
    """

    text: str
    shape: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    A parameter or a key of an object.
    """

    name: str
    kind: tuple[Word, ...]
    needed: bool
    about: str
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """
    A status, what it means, and its codes with when each comes.
    """

    status: str
    words: str
    shape: str = ""
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """
    One operation.
    """

    id: str
    method: str
    path: str
    summary: str
    about: tuple[str, ...]
    rows: tuple[Row, ...]
    sends: tuple[Word, ...]
    command: str
    answer: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """
    A group of operations.
    """

    title: str
    about: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShapeTable:
    """
    A shape with its keys, or what else it is.
    """

    name: str
    about: tuple[str, ...]
    rows: tuple[Row, ...]
    otherwise: tuple[Word, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Guide:
    """
    The whole page.
    """

    chapters: tuple[Chapter, ...]
    parts: tuple[Part, ...]
    shapes: tuple[ShapeTable, ...]
    kinds: tuple[str, ...]
    told: tuple[str, ...]
    message: str


def guide(spec: Json) -> Guide:
    """
    What the page shows of a document.
    """
    schemas = spec["components"]["schemas"]
    told = spec["components"]["pathItems"]["Told"]["post"]
    return Guide(
        chapters=CHAPTERS,
        parts=tuple(_part(spec, tag) for tag in spec["tags"]),
        shapes=tuple(_shape(name, schemas[name]) for name in sorted(schemas)),
        kinds=tuple(sorted(TYPES)),
        told=_paragraphs(told["description"]),
        message=_pretty(told["requestBody"]["content"][_JSON]["example"]),
    )


def _part(spec: Json, tag: Json) -> Part:
    entries = (
        _entry(path, method, item[method])
        for path, item in spec["paths"].items()
        for method in _METHODS
        if method in item and tag["name"] in item[method]["tags"]
    )
    return Part(title=tag["name"], about=tag["description"], entries=tuple(entries))


def _entry(path: str, method: str, operation: Json) -> Entry:
    answers = tuple(
        _answer(status, found) for status, found in operation["responses"].items()
    )
    body = operation.get("requestBody", {}).get("content", {})
    sent: Json | None = next((each["schema"] for each in body.values()), None)
    return Entry(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=_paragraphs(operation["description"]),
        rows=tuple(_parameter(each) for each in operation["parameters"]),
        sends=_kind(sent) if sent else (),
        command=_command(path, method.upper(), operation),
        answer=_example(operation),
        answers=answers,
    )


def _parameter(parameter: Json) -> Row:
    return Row(
        name=parameter["name"],
        kind=_kind(parameter["schema"]),
        needed=parameter["required"],
        about=parameter.get("description", ""),
        place={"path": "in the path", "header": "header"}.get(parameter["in"], ""),
    )


def _answer(status: str, found: Json) -> Answer:
    content: Json = next(iter(found.get("content", {}).values()), {})
    name = HTTPStatus(int(status)).phrase
    if "examples" in content:
        codes = tuple(
            (code, each["value"]["detail"])
            for code, each in content["examples"].items()
        )
        return Answer(status=status, words=name, codes=codes)
    return Answer(
        status=status,
        words=f"{name}: {found['description']}",
        shape=_named(content.get("schema", {})),
    )


def _example(operation: Json) -> str:
    for found in operation["responses"].values():
        for content in found.get("content", {}).values():
            if "example" in content:
                return _pretty(content["example"])
    return ""


def _command(path: str, method: str, operation: Json) -> str:
    examples = {
        p["name"]: p["example"] for p in operation["parameters"] if "example" in p
    }
    by_place = {p["name"]: p["in"] for p in operation["parameters"]}
    query = {n: str(v) for n, v in examples.items() if by_place[n] == "query"}
    for name, value in examples.items():
        path = path.replace(f"{{{name}}}", str(value))
    address = f"$CPQ_URL{path}{'?' if query else ''}{urlencode(query)}"
    verb = "" if method == "GET" else f" -X {method}"
    lines = [f'curl{verb} "{address}"', '  -H "Authorization: Bearer $CPQ_TOKEN"']
    if "Idempotency-Key" in examples:
        lines.append('  -H "Idempotency-Key: $(openssl rand -hex 16)"')
    return " \\\n".join([*lines, *_body(operation)])


def _body(operation: Json) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {})
    for kind, found in content.items():
        yield f'  -H "Content-Type: {kind}"'
        if "example" in found:
            text = json.dumps(found["example"], ensure_ascii=False)
            yield f"  --data '{text}'"
        else:
            yield f"  --data-binary @{_FILE}"
        return


def _shape(name: str, schema: Json) -> ShapeTable:
    needed = set(schema.get("required", ()))
    rows = tuple(
        Row(
            name=key,
            kind=_kind(each),
            needed=key in needed,
            about=each.get("description", ""),
        )
        for key, each in schema.get("properties", {}).items()
    )
    return ShapeTable(
        name=name,
        about=_paragraphs(schema.get("description", "")),
        rows=rows,
        otherwise=() if rows else _kind(schema),
    )


def _kind(schema: Json) -> tuple[Word, ...]:
    if found := _named(schema):
        return (Word(text=found, shape=found),)
    if branches := schema.get("anyOf") or schema.get("oneOf"):
        kinds = [_kind(each) for each in branches]
        return tuple(_between(kinds, " or "))
    if schema.get("type") == "array":
        return (Word(text="list of "), *_kind(schema.get("items", {})))
    return (Word(text=_plain(schema)),)


def _between(kinds: list[tuple[Word, ...]], sign: str) -> Iterator[Word]:
    for place, kind in enumerate(kinds):
        if place:
            yield Word(text=sign)
        yield from kind


def _plain(schema: Json) -> str:
    if "enum" in schema:
        return ", ".join(str(each) for each in schema["enum"])
    formats = {"date-time": "instant", "binary": "file"}
    words: dict[Any, str] = {
        "string": formats.get(schema.get("format", ""), "text"),
        "integer": "whole number",
        "boolean": "true or false",
        "object": "object",
        "null": "null",
    }
    return words.get(schema.get("type"), "anything")


def _named(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.replace("\n", " ") for part in text.split("\n\n") if part)


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
