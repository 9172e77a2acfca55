"""
API tokens: made once, shown once, known by their hash from then on.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from approval_engine.accounts.people import Host, active_user, hashed
from approval_engine.domain.events import instant, stamp
from approval_engine.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from approval_engine.store import accounts, api_tokens
from approval_engine.store.accounts import TokenRow
from approval_engine.store.api_tokens import Known

PREFIX = "cpq_"
"""What every token begins with, so that a scanner for leaked secrets can find it."""

_TOUCH = timedelta(minutes=1)
"""Using a token is written down this seldom: most requests should write nothing."""


class Scope(StrEnum):
    """
    What a token is good for; a token without a scope cannot do what it names.
    """

    READ = "read"  # see workflows, tasks and plans
    ACT = "act"  # decide and handle tasks
    SUBMIT = "submit"  # submit and recall quotes
    ADMIN = "admin"  # publish policies, import files


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """
    A token without its secret. `id` is what the channel of an event names.
    """

    id: str
    user: str
    scopes: tuple[Scope, ...]

    def require(self, scope: Scope) -> None:
        """
        Raise Forbidden unless the token is good for that.
        """
        if scope not in self.scopes:
            sentence = f"The token '{self.id}' lacks the scope {scope}."
            raise Forbidden(sentence)


def create(
    host: Host, user_id: str, scopes: Iterable[str], expires_at: datetime | None
) -> tuple[Token, str]:
    """
    A new token and its secret, which nobody can read again.

    Raises NotFound, or InvalidInput for an unknown scope or a date that has passed.
    """
    chosen = _scopes(scopes)
    now = host.clock()
    if expires_at is not None and expires_at <= now:
        sentence = f"Expected a token that expires later, but {expires_at} has passed."
        raise InvalidInput(sentence)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(id=f"K-{secrets.token_hex(4)}", user=user_id, scopes=chosen)
    row = TokenRow(
        token_sha256=hashed(secret),
        id=token.id,
        user_id=user_id,
        scopes=" ".join(chosen),
        created_at=stamp(now),
        expires_at=stamp(expires_at) if expires_at else None,
    )
    with host.database.begin() as transaction:
        if active_user(host, transaction, user_id) is None:
            sentence = f"There is no active person '{user_id}' in the directory."
            raise NotFound(sentence)
        accounts.add_token(transaction, row)
    return token, secret


def owner(host: Host, secret: str) -> Token:
    """
    Whose token this is, and what for. Raises Unauthenticated, whatever is wrong.
    """
    now = host.clock()
    with host.database.read() as transaction:
        row = accounts.token(transaction, hashed(secret))
        user = active_user(host, transaction, row.user_id) if row else None
    if row is None or user is None or is_over(row, now):
        sentence = "This token is unknown, has expired, or its owner is not active."
        raise Unauthenticated(sentence)
    if row.seen_at is None or now - instant(row.seen_at) >= _TOUCH:
        with host.database.begin() as transaction:
            accounts.touch_token(transaction, row.token_sha256, stamp(now))
    scopes = tuple(Scope(word) for word in row.scopes.split())
    return Token(id=row.id, user=row.user_id, scopes=scopes)


def listed(host: Host, user_id: str | None = None) -> tuple[Known, ...]:
    """
    The tokens of a person, or of everybody; none of them opens anything.
    """
    with host.database.read() as transaction:
        return api_tokens.listed(transaction, user_id)


def revoke(host: Host, token_id: str, user_id: str | None = None) -> str:
    """
    Let a token expire now, also one that had expired before; whose it was.

    It must be that person's if one is named. Raises NotFound.
    """
    with host.database.begin() as transaction:
        user = api_tokens.owner(transaction, token_id)
        if user is None or user_id not in {None, user}:
            sentence = f"There is no token '{token_id}'."
            raise NotFound(sentence)
        api_tokens.end(transaction, token_id, stamp(host.clock()))
    return user


def is_over(row: TokenRow | Known, now: datetime) -> bool:
    """
    Whether a token has expired.
    """
    return row.expires_at is not None and row.expires_at <= stamp(now)


def _scopes(words: Iterable[str]) -> tuple[Scope, ...]:
    wanted = set(words)
    unknown = sorted(wanted - set(Scope))
    if unknown or not wanted:
        known = ", ".join(Scope)
        sentence = f"Expected scopes out of {known}, but got {unknown or 'none'}."
        raise InvalidInput(sentence)
    return tuple(scope for scope in Scope if scope in wanted)
