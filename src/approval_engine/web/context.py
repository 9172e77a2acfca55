"""
What a request works with: the runtime of the application, and who is asking.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, current_app, g

from approval_engine.accounts.tokens import Scope
from approval_engine.config import Settings
from approval_engine.domain.people import Directory, User
from approval_engine.domain.rights import SIGHT, Right, refusal, rights_of
from approval_engine.errors import Forbidden, StepUpRequired, StorageError
from approval_engine.executor.answer import Caller, Proof
from approval_engine.executor.attached import Limits, limits_of
from approval_engine.executor.runtime import Runtime
from approval_engine.store import catalog
from approval_engine.store.database import Transaction

LARGEST_BODY = 256 * 1024
"""So many bytes of a request are read at all."""

_RUNTIME = "approval_engine"
_SETTINGS = "approval_engine.settings"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """
    The person behind a request. `scopes` limits a token; a session has no such limit.

    `lent` are roles that his log-in gives him besides; they only let him see.
    """

    user: User
    channel: str
    scopes: tuple[Scope, ...] = tuple(Scope)
    proof: Proof | None = None
    lent: tuple[str, ...] = ()

    def caller(self, key: str | None) -> Caller:
        """
        How the commands know him.
        """
        return Caller(
            actor=self.user.id, channel=self.channel, key=key, proof=self.proof
        )


def attach(app: Flask, runtime: Runtime) -> None:
    """
    Give the application its runtime.
    """
    app.extensions[_RUNTIME] = runtime


def runtime() -> Runtime:
    """
    The runtime of the application that serves this request.
    """
    found: Runtime = current_app.extensions[_RUNTIME]
    return found


def keep_settings(app: Flask, settings: Settings) -> None:
    """
    Give the application the settings that pages ask for.
    """
    app.extensions[_SETTINGS] = settings


def settings() -> Settings:
    """
    The settings of the application that serves this request.
    """
    found: Settings = current_app.extensions[_SETTINGS]
    return found


def limits() -> Limits:
    """
    What may be attached.
    """
    return limits_of(settings())


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

    A token shows no more than its scopes name, whatever its owner may do.
    """
    with runtime().database.read() as transaction:
        return rights_in(directory(transaction))


def rights_in(people: Directory) -> frozenset[Right]:
    """
    The same among the people of that directory.
    """
    asker: Asker = g.asker
    found = rights_of(people.roles_of(asker.user.id), asker.lent)
    seen = found & SIGHT if Scope.READ in asker.scopes else frozenset()
    return found if Scope.ADMIN in asker.scopes else seen


def demand(right: Right) -> Asker:
    """
    Who asks, if he has that right. Raises Forbidden.
    """
    if right not in rights():
        found = asker()
        if Scope.ADMIN not in found.scopes:
            require(Scope.READ if right in SIGHT else Scope.ADMIN)
        raise Forbidden(refusal(right))
    return asker()


def must_be_fresh(within: timedelta) -> None:
    """
    Raises StepUpRequired unless the person has just shown who he is.
    """
    proof = asker().proof
    proved_at = proof.proved_at if proof else None
    if proved_at is None or runtime().clock() - proved_at > within:
        sentence = "Show once more who you are; nothing was changed yet."
        raise StepUpRequired(sentence)


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
