"""
One operation of the interface: what it takes, answers and refuses, and the view itself.

A view is reached only through its operation, and the documentation is made of the same
operations, so neither can know of something that the other does not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from flask import Blueprint, Response

from approval_engine.accounts.tokens import Scope
from approval_engine.domain.rights import Right
from approval_engine.web import context
from approval_engine.web.api.bodies import Query
from approval_engine.web.api.refusals import Refusal
from approval_engine.web.api.reply import Reply, as_json, once
from approval_engine.web.api.request import (
    DocumentBody,
    FileBody,
    JsonBody,
    key,
    must_be_ids,
    query_of,
)
from approval_engine.web.api.shapes import Shape

PREFIX = "/api/v1"
"""Where all of it lies; another version would get another number."""

BodyKind: TypeAlias = JsonBody | DocumentBody | FileBody
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """
    An answer that is no JSON.
    """

    media_type: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Says:
    """
    What a view says of itself.

    One of `scopes` is enough. `statuses` are those of success with what they mean;
    `kept` is false for a POST that stores nothing and so is computed anew each time.
    """

    name: str
    scopes: tuple[Scope, ...]
    answer: type[Shape] | File | None
    right: Right | None = None
    query: type[Query] = Query
    body: BodyKind | None = None
    statuses: dict[int, str] = field(default_factory=lambda: {200: "It is there."})
    refuses: tuple[Refusal, ...] = ()
    kept: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """
    A view with its address.
    """

    method: str
    rule: str
    says: Says
    view: Callable[..., Any]

    @property
    def takes_key(self) -> bool:
        """
        Whether a request needs an Idempotency-Key.
        """
        return self.method == "POST"

    def serve(self, **ids: str) -> Response:
        """
        Answer the request: scope and right first, then form, then the view.
        """
        asker = context.require(*self.says.scopes)
        if self.says.right:
            context.demand(self.says.right)
        must_be_ids(ids)
        asked = query_of(self.says.query)
        given = () if self.says.query is Query else (asked,)
        if not self.takes_key:
            return _shown(self.view(*given, **ids))
        caller = asker.caller(key())
        sent = self.says.body.read() if self.says.body else None

        def command() -> Reply:
            values = () if sent is None else (sent.value,)
            reply: Reply = self.view(*given, *values, caller, **ids)
            return reply

        if not self.says.kept:
            return command().response()
        said = [asked.model_dump(mode="json"), sent.said if sent else None]
        return once(caller, said, command)


class Group:
    """
    Operations that are about the same thing.
    """

    def __init__(self, name: str, title: str, about: str) -> None:
        self.title = title
        self.about = about
        self.blueprint = Blueprint(f"api_{name}", __name__, url_prefix=PREFIX)
        self.operations: list[Operation] = []

    def get(self, rule: str, says: Says) -> Callable[[View], View]:
        """
        Let a view answer GET requests.
        """
        return self._add("GET", rule, says)

    def post(self, rule: str, says: Says) -> Callable[[View], View]:
        """
        Let a view answer POST requests, each key once.
        """
        return self._add("POST", rule, says)

    def delete(self, rule: str, says: Says) -> Callable[[View], View]:
        """
        Let a view answer DELETE requests.
        """
        return self._add("DELETE", rule, says)

    def _add(self, method: str, rule: str, says: Says) -> Callable[[View], View]:
        def add(view: View) -> View:
            operation = Operation(method=method, rule=rule, says=says, view=view)
            self.operations.append(operation)
            self.blueprint.add_url_rule(
                rule, view.__name__, operation.serve, methods=[method]
            )
            return view

        return add


def _shown(value: object) -> Response:
    if value is None:
        return Response(status=204)
    return value if isinstance(value, Response) else as_json(value)
