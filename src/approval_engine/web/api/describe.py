"""
One operation → how the OpenAPI document tells of it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel

from approval_engine.web.api import refusals
from approval_engine.web.api.operation import File, Operation
from approval_engine.web.api.problem_shapes import ProblemBody
from approval_engine.web.api.refusals import Refusal
from approval_engine.web.api.request import (
    LONGEST_ID,
    LONGEST_KEY,
    DocumentBody,
    FileBody,
    JsonBody,
)
from approval_engine.web.errors import HEADINGS

Json: TypeAlias = dict[str, Any]

REF = "#/components/schemas/"
"""Where the document keeps its shapes."""

EXAMPLES: Mapping[str, Json] = json.loads(
    Path(__file__).with_name("examples.json").read_text(encoding="utf-8")
)
"""By the name of an operation: what to ask, and what it answers."""

_VARIABLE = re.compile(r"<(\w+)>")
_WAITS = frozenset({409, 429, 503})


def spelled(rule: str) -> str:
    """
    An address as the document writes it: `/tasks/{taskId}`.
    """
    return _VARIABLE.sub(lambda found: f"{{{camel(found[1])}}}", rule)


def camel(name: str) -> str:
    """
    The name that a variable of an address has in the document.
    """
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def refused(operation: Operation) -> tuple[Refusal, ...]:
    """
    Every refusal that an operation may answer with, by status.
    """
    says = operation.says
    found = {*refusals.ALWAYS, *says.refuses}
    found |= set(refusals.OF_KEYS) if operation.takes_key else set()
    found |= set(refusals.OF_BODIES) if says.body else set()
    found |= {refusals.NOT_FOUND} if _VARIABLE.search(operation.rule) else set()
    if isinstance(says.body, FileBody):
        found -= {refusals.UNREADABLE}
    return tuple(sorted(found, key=lambda each: (each.status, each.code)))


def described(title: str, operation: Operation) -> Json:
    """
    The operation object; `title` is the group that it belongs to.
    """
    says = operation.says
    summary, _, more = cleandoc(operation.view.__doc__ or "").partition("\n\n")
    tokens = [{"token": [str(scope)]} for scope in says.scopes]
    found: Json = {
        "operationId": says.name,
        "tags": [title],
        "summary": summary.rstrip("."),
        "description": "\n\n".join(filter(None, (more, _needs(operation)))),
        "security": [*tokens, {"session": []}],
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation),
    }
    if says.body is not None:
        found["requestBody"] = {"required": True, "content": _content(operation)}
    return found


def _needs(operation: Operation) -> str:
    says = operation.says
    scopes = " or ".join(says.scopes)
    right = f" Its owner needs the right to {says.right}." if says.right else ""
    return f"Needs a token with the scope {scopes}.{right}"


def _parameters(operation: Operation) -> Iterator[Json]:
    example = EXAMPLES[operation.says.name]
    for name in _VARIABLE.findall(operation.rule):
        yield {
            "name": camel(name),
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_ID},
            "example": example["path"][name],
        }
    if operation.takes_key:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "New for each thing that you want done.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST_KEY,
                "pattern": "^[!-~]([ -~]*[!-~])?$",
            },
            "example": "3f0c7f6e-submit-Q-2026-0120",
        }
    schema = operation.says.query.model_json_schema(ref_template=f"{REF}{{model}}")
    for name, each in schema.get("properties", {}).items():
        shown = _plain(each)
        about = shown.pop("description", None)
        given = example.get("query", {})
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            **({"description": about} if about else {}),
            "schema": shown,
            **({"example": given[name]} if name in given else {}),
        }


def _plain(schema: Json) -> Json:
    """
    A parameter is there or not, but never null.
    """
    found = {name: part for name, part in schema.items() if name != "title"}
    branches = [b for b in found.pop("anyOf", ()) if b.get("type") != "null"]
    if branches:
        found.pop("default", None)
        found |= branches[0]
    return found


def _content(operation: Operation) -> Json:
    body, example = operation.says.body, EXAMPLES[operation.says.name]
    if isinstance(body, FileBody):
        schema: Json = {"type": "string", "contentMediaType": "application/xml"}
        binary = {"type": "string", "format": "binary"}
        return {
            kind: {"schema": binary if "octet" in kind else schema}
            for kind in body.types
        }
    if isinstance(body, DocumentBody) and body.many:
        one = ref(body.model)
        schema = {"oneOf": [one, {"type": "array", "items": one}]}
    else:
        schema = ref(body.model) if isinstance(body, JsonBody | DocumentBody) else {}
    return {"application/json": {"schema": schema, "example": example["body"]}}


def _responses(operation: Operation) -> Json:
    found: Json = {
        str(status): _success(operation, status, words)
        for status, words in operation.says.statuses.items()
    }
    by_status = groupby(refused(operation), key=lambda each: each.status)
    return found | {str(status): _refusal(list(group)) for status, group in by_status}


def _success(operation: Operation, status: int, words: str) -> Json:
    answer, example = operation.says.answer, EXAMPLES[operation.says.name]
    found: Json = {"description": words}
    if isinstance(answer, File):
        schema = {"type": "string", "format": "binary", "description": answer.what}
        found["content"] = {answer.media_type: {"schema": schema}}
    elif answer is not None:
        shown = {"schema": ref(answer)}
        if status == example["status"]:
            shown["example"] = example["answer"]
        found["content"] = {"application/json": shown}
    headers = _headers(operation)
    return found | ({"headers": headers} if headers else {})


def _headers(operation: Operation) -> Json:
    if not (operation.takes_key and operation.says.kept):
        return {}
    return {
        "Location": {
            "description": "Where to read it, if it has an address of its own.",
            "schema": {"type": "string"},
        },
        "Idempotency-Replayed": {
            "description": "true on a repeated answer.",
            "schema": {"type": "string", "enum": ["true"]},
        },
    }


def _refusal(group: list[Refusal]) -> Json:
    status = group[0].status
    found: Json = {
        "description": "\n".join(f"- `{each.code}`: {each.when}" for each in group),
        "content": {
            "application/problem+json": {
                "schema": ref(ProblemBody),
                "examples": {each.code: {"value": _problem(each)} for each in group},
            }
        },
    }
    if status in _WAITS:
        seconds = {"type": "integer", "minimum": 1}
        about = "So many seconds to wait, where waiting helps."
        found["headers"] = {"Retry-After": {"description": about, "schema": seconds}}
    return found


def _problem(refusal: Refusal) -> Json:
    return {
        "type": "about:blank",
        "title": HEADINGS[refusal.status],
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.when.replace("`", "'"),
    }


def ref(model: type[BaseModel]) -> Json:
    """
    The way to a shape.
    """
    return {"$ref": f"{REF}{model.__name__}"}
