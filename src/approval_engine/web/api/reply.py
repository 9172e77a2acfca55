"""
A command → its answer as JSON, and the same answer again for the same key.

The command settles by itself that it has one effect. What is kept here beside it is
the text of the answer, so that a retry reads what the first request was told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, request

from approval_engine.documents import JsonValue, canonical, load, sha256
from approval_engine.domain.events import stamp
from approval_engine.errors import Conflict
from approval_engine.executor.answer import Caller
from approval_engine.store import answers
from approval_engine.web import context
from approval_engine.web.api.request import key


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """
    What a program is told. `text` is the JSON body, `replayed` that it is an old one.
    """

    status: int
    text: str
    location: str | None = None
    replayed: bool = False

    def response(self) -> Response:
        """
        The HTTP response.
        """
        response = Response(self.text, self.status, mimetype="application/json")
        if self.location:
            response.headers["Location"] = self.location
        if self.replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response


def as_json(value: object) -> Response:
    """
    A value as the body of a response with status 200.
    """
    return Reply(status=200, text=text_of(value)).response()


def text_of(value: object) -> str:
    """
    A value as JSON.
    """
    return canonical(value).decode()


def once(body: Mapping[str, JsonValue], command: Callable[[Caller], Reply]) -> Response:
    """
    Run the command, or repeat its answer if this request was made before.

    Raises KeyReused if the key came with another request.
    """
    caller = context.asker().caller(key())
    kept = _key(caller, body)
    return (_recorded(kept) or _keep(kept, command(caller))).response()


def _key(caller: Caller, body: Mapping[str, JsonValue]) -> answers.Key:
    route = f"{request.method} {request.url_rule}"
    asked = {"route": route, "ids": request.view_args or {}, "body": body}
    return answers.Key(
        actor=caller.actor,
        route=route,
        key=caller.key or "",
        fingerprint=sha256(canonical(asked)),
    )


def _recorded(kept: answers.Key) -> Reply | None:
    with context.runtime().database.read() as transaction:
        found = answers.find(transaction, kept)
    if found is None:
        return None
    return Reply(**load(found.encode()), replayed=True)  # type: ignore[arg-type] # written by keep


def _keep(kept: answers.Key, reply: Reply) -> Reply:
    runtime = context.runtime()
    names = ("status", "text", "location")
    text = text_of({name: getattr(reply, name) for name in names})
    try:
        with runtime.database.begin() as transaction:
            answers.keep(transaction, kept, text, stamp(runtime.clock()))
    except Conflict:
        # The same request ran twice at once and the other one was first to be kept.
        return _recorded(kept) or reply
    return reply
