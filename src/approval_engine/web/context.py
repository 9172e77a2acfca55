"""
What a request works with: the runtime of the application, and who is asking.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask, current_app, g

from approval_engine.accounts.tokens import Scope
from approval_engine.domain.people import Directory, User
from approval_engine.domain.rights import HOLDERS, Right, may
from approval_engine.errors import Forbidden, StorageError
from approval_engine.executor.answer import Caller
from approval_engine.executor.attached import USUAL, Limits
from approval_engine.executor.runtime import Runtime
from approval_engine.store import catalog
from approval_engine.store.database import Transaction

LARGEST_BODY = 256 * 1024
"""So many bytes of a request are read at all."""

UPLOADS = frozenset({"inbox.act", "mail.decide"})
"""The endpoints that read a file beside a form."""

_RUNTIME = "approval_engine"
_LIMITS = "attachment_limits"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """
    The person behind a request. `scopes` limits a token; a session has no such limit.
    """

    user: User
    channel: str
    scopes: tuple[Scope, ...] = tuple(Scope)

    def caller(self, key: str | None) -> Caller:
        """
        How the commands know him.
        """
        return Caller(actor=self.user.id, channel=self.channel, key=key)


def attach(app: Flask, runtime: Runtime, limits: Limits = USUAL) -> None:
    """
    Give the application its runtime, and say what may be attached.
    """
    app.extensions[_RUNTIME] = runtime
    app.extensions[_LIMITS] = limits


def limits() -> Limits:
    """
    What may be attached.
    """
    found: Limits = current_app.extensions[_LIMITS]
    return found


def runtime() -> Runtime:
    """
    The runtime of the application that serves this request.
    """
    found: Runtime = current_app.extensions[_RUNTIME]
    return found


def asker() -> Asker:
    """
    Who asks; the guard of `session` found out before any view ran.
    """
    found: Asker = g.asker
    return found


def require(*scopes: Scope) -> Asker:
    """
    Who asks, if his token has one of these scopes. Raises Forbidden.
    """
    found = asker()
    if not set(scopes) & set(found.scopes):
        sentence = f"This token lacks the scope {_either(scopes)}."
        raise Forbidden(sentence)
    return found


def rights() -> frozenset[Right]:
    """
    What the person who asks may do today beside the tasks that are asked of him.
    """
    with runtime().database.read() as transaction:
        roles = directory(transaction).roles_of(asker().user.id)
    return frozenset(right for right in Right if may(roles, right))


def demand(right: Right) -> Asker:
    """
    Who asks, if he has that right. Raises Forbidden.
    """
    if right not in rights():
        holders = _either(sorted(HOLDERS[right]))
        sentence = f"Only the roles {holders} may {right}."
        raise Forbidden(sentence)
    return asker()


def directory(transaction: Transaction) -> Directory:
    """
    Today's directory. Raises StorageError if none was imported.
    """
    current = catalog.current(transaction).directory
    if current is None:
        sentence = "The database has no directory; run 'cpq directory import'."
        raise StorageError(sentence)
    return runtime().directory(transaction, current)


def _either(words: Iterable[str]) -> str:
    return " or ".join(f"'{word}'" for word in words)
