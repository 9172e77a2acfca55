"""
A command → its answer as JSON, and the same bytes again for the same key.

A request claims its key before it runs and keeps what it answered afterwards; one that
came to nothing lets go of it, so that the same key may try again.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, request

from approval_engine.documents import canonical, sha256
from approval_engine.domain.events import stamp
from approval_engine.errors import StorageError
from approval_engine.executor.answer import Caller
from approval_engine.store import replies
from approval_engine.store.replies import Kept, Request
from approval_engine.web import context

LOST_AFTER = timedelta(seconds=60)
"""A request that runs for so long has died with its process."""


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


def told(
    value: object, status: int = 200, location: str | None = None, **more: bool
) -> Reply:
    """
    A value as the answer to a command.
    """
    text = canonical(value).decode()
    return Reply(status=status, text=text, location=location, **more)


def as_json(value: object) -> Response:
    """
    A value as the body of a response with status 200.
    """
    return told(value).response()


def once(caller: Caller, said: object, command: Callable[[], Reply]) -> Response:
    """
    Run the command, or repeat its answer if this request was made before.

    `said` is all that tells the request from others. Raises KeyReused if the key came
    with another one, InProgress while the same one runs.
    """
    runtime = context.runtime()
    route = f"{request.method} {request.url_rule}"
    asked = {"route": route, "ids": request.view_args or {}, "body": said}
    mine = Request(
        actor=caller.actor,
        route=route,
        key=caller.key or "",
        fingerprint=sha256(canonical(asked)),
    )
    now = runtime.clock()
    at = stamp(now)
    with runtime.database.begin() as transaction:
        kept = replies.claim(transaction, mine, at, stamp(now - LOST_AFTER))
    if kept is not None:
        return _again(kept).response()
    return _run(mine, at, command).response()


def _run(mine: Request, at: str, command: Callable[[], Reply]) -> Reply:
    database = context.runtime().database
    try:
        reply = command()
    except BaseException:
        # Where even this fails, the claim is lost by itself after a while.
        with suppress(StorageError), database.begin() as transaction:
            replies.release(transaction, mine, at)
        raise
    answer = Kept(status=reply.status, location=reply.location, body=reply.text)
    with database.begin() as transaction:
        replies.keep(transaction, mine, at, answer)
    return reply


def _again(kept: Kept) -> Reply:
    return Reply(
        status=kept.status, text=kept.body, location=kept.location, replayed=True
    )
