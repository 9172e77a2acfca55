"""
A name and a password → the person, after the same amount of work whether right or not.

Passwords are stored as argon2id; wrong ones slow down the place they come from.
"""

import unicodedata
from datetime import timedelta
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

SHORTEST = 8
LONGEST = 1024

_FREE = 2
"""So many wrong passwords cost nothing; after each further one the wait doubles."""

_LONGEST_WAIT_S = 300
_REMEMBERED = timedelta(hours=1)
_HASHER = PasswordHasher()


def set_password(host: Host, user_id: str, password: str) -> None:
    """
    Give a person of the directory this password and end all his sessions.

    Raises NotFound, and InvalidInput if the password is too short or too long.
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
        accounts.end_sessions_of(transaction, user_id)


def check(host: Host, user_id: str, password: str, address: str) -> None:
    """
    Return if the password is right, and raise if not or if it came too soon.

    Raises Unauthenticated or TooManyAttempts. `address` is where the request came from:
    a guesser slows himself down, not the owner of the account who is somewhere else.
    """
    source = hashed(f"{user_id}\0{address}")
    with host.database.read() as transaction:
        known = active_user(host, transaction, user_id) is not None
        stored = accounts.password_hash(transaction, user_id) if known else None
        failure = accounts.failure(transaction, source)
    _must_not_be_too_soon(host, failure)
    # Hashing takes long on purpose: no transaction may be open meanwhile.
    right = _verify(stored or _decoy(), password) and stored is not None
    _remember(host, source, right=right, known_failure=failure is not None)
    if not right:
        sentence = "This name and this password do not belong together."
        raise Unauthenticated(sentence)


def _must_not_be_too_soon(host: Host, failure: FailureRow | None) -> None:
    if failure is None or failure.failures <= _FREE:
        return
    # The exponent is bounded, so that a patient guesser makes no huge number.
    wait_s = min(2 ** min(failure.failures - _FREE, 16), _LONGEST_WAIT_S)
    passed = host.clock() - instant(failure.failed_at)
    left_s = wait_s - int(passed.total_seconds())
    if left_s > 0:
        sentence = f"Too many wrong passwords; try again in {left_s} s."
        raise TooManyAttempts(sentence, left_s)


def _remember(host: Host, source: str, *, right: bool, known_failure: bool) -> None:
    if right and not known_failure:
        return
    now = host.clock()
    with host.database.begin() as transaction:
        if right:
            accounts.forget_failures(transaction, source)
        else:
            accounts.forget_old_failures(transaction, stamp(now - _REMEMBERED))
            accounts.add_failure(transaction, source, stamp(now))


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
