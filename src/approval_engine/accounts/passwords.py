"""
A name and a password → the person, after the same amount of work whether right or not.

Passwords are stored as argon2id; wrong ones slow down the place they come from.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from approval_engine.accounts.people import Host, active_user, hashed
from approval_engine.domain.events import instant, stamp
from approval_engine.errors import (
    InvalidInput,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
)
from approval_engine.store import accounts
from approval_engine.store.accounts import FailureRow
from approval_engine.store.database import Transaction

SHORTEST = 8
LONGEST = 1024

_REMEMBERED = timedelta(hours=1)
_HASHER = PasswordHasher()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """
    What failures are counted by, how many cost nothing, and the longest wait after.
    """

    sha256: str
    free: int
    longest_wait_s: int


def _sources(user_id: str, address: str) -> tuple[_Source, _Source]:
    """
    The account as seen from one address, and that address whatever the account.

    There is none for the account alone: a stranger could lock its owner out with it.
    """
    return (
        _Source(sha256=hashed(f"{user_id}\0{address}"), free=2, longest_wait_s=300),
        # Many people may share an address, so it is slowed down late and little.
        _Source(sha256=hashed(f"\0{address}"), free=30, longest_wait_s=60),
    )


def set_password(
    host: Host, user_id: str, password: str, besides: str | None = None
) -> None:
    """
    Give a person of the directory this password and end his sessions.

    The session of the token `besides` goes on. Raises NotFound, and InvalidInput if the
    password is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        sentence = f"A password has {SHORTEST} to {LONGEST} characters."
        raise InvalidInput(sentence)
    fresh = _HASHER.hash(_normal(password))
    with host.database.begin() as transaction:
        if active_user(host, transaction, user_id) is None:
            sentence = f"There is no active person '{user_id}' in the directory."
            raise NotFound(sentence)
        accounts.set_password_hash(transaction, user_id, fresh)
        kept = hashed(besides) if besides else None
        accounts.end_sessions_of(transaction, user_id, kept)


def has_password(host: Host, user_id: str) -> bool:
    """
    Whether a person can log in with a password at all.
    """
    with host.database.read() as transaction:
        return accounts.password_hash(transaction, user_id) is not None


def check(host: Host, user_id: str, password: str, address: str) -> None:
    """
    Return if the password is right, and raise if not or if it came too soon.

    Raises Unauthenticated or TooManyAttempts. `address` is where the request came from:
    a guesser slows himself down, not the owner of the account who is somewhere else.
    """
    sources = _sources(user_id, address)
    now = host.clock()
    with host.database.begin() as transaction:
        known = active_user(host, transaction, user_id) is not None
        stored = accounts.password_hash(transaction, user_id) if known else None
        # It counts as wrong until it is right: guesses made at once are no cheaper.
        _count(transaction, sources, now)
    # Hashing takes long on purpose: no transaction may be open meanwhile.
    right = _verify(stored or _decoy(), password) and stored is not None
    if not right or stored is None:
        sentence = "This name and this password do not belong together."
        raise Unauthenticated(sentence)
    newer = _HASHER.check_needs_rehash(stored) and _HASHER.hash(_normal(password))
    with host.database.begin() as transaction:
        own, place = sources
        accounts.forget_failures(transaction, own.sha256)
        accounts.count_failures(transaction, place.sha256, -1, stamp(now))
        # Only what was checked is replaced: he may have changed it meanwhile.
        if newer and accounts.password_hash(transaction, user_id) == stored:
            accounts.set_password_hash(transaction, user_id, newer)


def _count(
    transaction: Transaction, sources: tuple[_Source, ...], now: datetime
) -> None:
    accounts.forget_old_failures(transaction, stamp(now - _REMEMBERED))
    for source in sources:
        _must_not_be_too_soon(source, accounts.failure(transaction, source.sha256), now)
        accounts.count_failures(transaction, source.sha256, 1, stamp(now))


def _must_not_be_too_soon(source: _Source, failure: FailureRow, now: datetime) -> None:
    if failure.failures <= source.free:
        return
    # The exponent is bounded, so that a patient guesser makes no huge number.
    wait_s = min(2 ** min(failure.failures - source.free, 16), source.longest_wait_s)
    left_s = wait_s - int((now - instant(failure.failed_at)).total_seconds())
    if left_s > 0:
        raise TooManyAttempts("wrong passwords", left_s)


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, _normal(password[: LONGEST + 1]))
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    """
    What the passwords of people who have none are compared with.
    """
    return _HASHER.hash("")


def _normal(password: str) -> str:
    """
    The same for every keyboard: accents may be typed as one or as two characters.
    """
    return unicodedata.normalize("NFKC", password)
