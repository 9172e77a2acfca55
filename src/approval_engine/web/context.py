"""
What a request works with: the runtime of the application, and who is asking.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g, session

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
from approval_engine.store.replica import WITHIN_S

LARGEST_BODY = 256 * 1024
"""So many bytes of a request are read at all."""

_RUNTIME = "approval_engine"
_SETTINGS = "approval_engine.settings"
_WROTE = "wrote"
_APART_S = 5

P = ParamSpec("P")
T = TypeVar("T")


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


def lately(view: Callable[P, T]) -> Callable[P, T]:
    """
    Let a view that only shows be answered of the replica, if there is one.

    Not for whoever has just changed something: he wants to see that.
    """

    @wraps(view)
    def seen(*arguments: P.args, **options: P.kwargs) -> T:
        if _has_just_written():
            return view(*arguments, **options)
        return runtime().database.lately(lambda: view(*arguments, **options))

    return seen


def wrote() -> None:
    """
    Note in his session that the person who asks has changed something now.
    """
    if runtime().database.replica is not None:
        session[_WROTE] = int(runtime().clock().timestamp())


def _has_just_written() -> bool:
    at = session.get(_WROTE)
    lag_s = settings().read_lag_seconds or WITHIN_S
    # Clocks of servers differ a little.
    return at is not None and runtime().clock().timestamp() - at < lag_s + _APART_S


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
