"""
The operations → the OpenAPI 3.1 document that describes them.
"""

from collections.abc import Iterable

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from approval_engine import __version__
from approval_engine.notifications.bodies import TYPES
from approval_engine.web.api.bodies import QuoteDocument
from approval_engine.web.api.chapters import CHAPTERS
from approval_engine.web.api.describe import (
    EXAMPLES,
    REF,
    Json,
    described,
    ref,
    spelled,
)
from approval_engine.web.api.office_shapes import WebhookMessage
from approval_engine.web.api.operation import PREFIX, Group, Operation
from approval_engine.web.api.problem_shapes import ProblemBody

_TOLD = """
Sent at least once, always with the same `webhook-id`, in the order of each workflow, to
every running webhook that asked for this kind. This is the shape `json`; `slack` and
`teams` get a message of theirs.

Signed as Standard Webhooks: `webhook-signature` holds `v1,` and the base64 of
HMAC-SHA256 over `webhook-id.webhook-timestamp.body`, one per secret, spaces between.
Check it on the raw bytes, refuse a `webhook-timestamp` that is more than five minutes
away from your clock, and drop ids that you have seen.

Answer 2xx within ten seconds; the body is not read, redirects are not followed.
Anything else is tried again after 30 seconds, then twice as late each time up to a day,
15 times in about three days, with the same id and a new timestamp.
"""


def document(groups: Iterable[Group], cookie: str) -> Json:
    """
    The whole document; `cookie` is the name that the session has here.
    """
    groups = tuple(groups)
    operations = [each for group in groups for each in group.operations]
    paths: Json = {}
    for group in groups:
        for each in group.operations:
            at = paths.setdefault(f"{PREFIX}{spelled(each.rule)}", {})
            at[each.method.lower()] = described(group.title, each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "approval-engine",
            "version": __version__,
            "summary": "Who must sign off a quote, and whether it may be booked.",
            "description": _about(),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": each.title, "description": each.about} for each in groups],
        "paths": paths,
        "webhooks": {
            kind: {"$ref": "#/components/pathItems/Told"} for kind in sorted(TYPES)
        },
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": CHAPTERS[0].paragraphs[0],
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": cookie,
                    "description": CHAPTERS[0].paragraphs[1],
                },
            },
            "pathItems": {"Told": {"post": _told()}},
        },
    }


def _about() -> str:
    return "\n\n".join(
        "\n\n".join((f"## {each.title}", *each.paragraphs)) for each in CHAPTERS
    )


def _told() -> Json:
    return {
        "summary": "An event, told to an address",
        "description": _TOLD.strip(),
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
            }
            for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": ref(WebhookMessage),
                    "example": EXAMPLES["webhook"]["body"],
                }
            },
        },
        "responses": {"2XX": {"description": "It arrived; the body is not read."}},
        "security": [],
    }


def _schemas(operations: list[Operation]) -> Json:
    models: dict[str, type[BaseModel]] = {
        each.__name__: each for each in (ProblemBody, WebhookMessage, QuoteDocument)
    }
    for operation in operations:
        says = operation.says
        found = [says.query, says.answer, getattr(says.body, "model", None)]
        for each in found:
            if isinstance(each, type):
                models[each.__name__] = each
    _, schema = models_json_schema(
        [(each, "validation") for _, each in sorted(models.items())],
        ref_template=f"{REF}{{model}}",
    )
    queries = {op.says.query.__name__ for op in operations}
    schemas: Json = {
        name: _untitled(each)
        for name, each in schema["$defs"].items()
        if name not in queries
    }
    # pydantic sees an object there; what it looks like is told beside.
    schemas["SentQuote"]["properties"]["quote"] = ref(QuoteDocument)
    return schemas


def _untitled(schema: Json) -> Json:
    for part in schema.get("properties", {}).values():
        part.pop("title", None)
    return schema
