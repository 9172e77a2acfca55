"""
A log-in → a random token for the cookie; the token → the person, until it ends.

The database keeps the hash of the token only, so that a copy of it opens no door.
"""

import secrets
from datetime import datetime, timedelta

from approval_engine.accounts.passwords import check
from approval_engine.accounts.people import Host, active_user, hashed
from approval_engine.domain.events import instant, stamp
from approval_engine.domain.people import User
from approval_engine.errors import Unauthenticated
from approval_engine.store import accounts
from approval_engine.store.accounts import SessionRow

IDLE = timedelta(minutes=30)
"""How long a session lives that nobody uses."""

LONGEST = timedelta(hours=12)
"""How long a session lives however much it is used."""

_TOUCH = timedelta(minutes=1)
"""Using a session is written down this seldom: reading a page should write nothing."""


def log_in(host: Host, user_id: str, password: str, address: str = "") -> str:
    """
    The token of a new session. Raises Unauthenticated or TooManyAttempts.
    """
    check(host, user_id, password, address)
    token = secrets.token_urlsafe(32)
    now = host.clock()
    row = SessionRow(
        token_sha256=hashed(token),
        user_id=user_id,
        created_at=stamp(now),
        seen_at=stamp(now),
    )
    with host.database.begin() as transaction:
        accounts.end_sessions_before(transaction, stamp(now - LONGEST))
        accounts.add_session(transaction, row)
    return token


def resume(host: Host, token: str) -> User:
    """
    The person of a session. Raises Unauthenticated if it ended, or he is not active.
    """
    now = host.clock()
    with host.database.read() as transaction:
        row = accounts.session(transaction, hashed(token))
        user = active_user(host, transaction, row.user_id) if row else None
    if row is None:
        raise Unauthenticated(_ENDED)
    if user is None or _is_over(row, now):
        log_out(host, token)
        raise Unauthenticated(_ENDED)
    if now - instant(row.seen_at) >= _TOUCH:
        with host.database.begin() as transaction:
            accounts.touch_session(transaction, row.token_sha256, stamp(now))
    return user


def log_out(host: Host, token: str) -> None:
    """
    End the session; the token opens nothing from now on.
    """
    with host.database.begin() as transaction:
        accounts.end_session(transaction, hashed(token))


_ENDED = "Your session has ended; log in again."


def _is_over(row: SessionRow, now: datetime) -> bool:
    idle = now - instant(row.seen_at) >= IDLE
    return idle or now - instant(row.created_at) >= LONGEST
