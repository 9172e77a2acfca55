"""
A log-in → a random token for the cookie; the token → the person, until it ends.

The database keeps the hash of the token only, so that a copy of it opens no door.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from approval_engine.accounts.passwords import check
from approval_engine.accounts.people import Host, active_user, hashed
from approval_engine.domain.events import instant, stamp
from approval_engine.domain.people import User
from approval_engine.errors import NotFound, Unauthenticated
from approval_engine.store import accounts
from approval_engine.store.accounts import SessionRow

IDLE = timedelta(minutes=30)
"""How long a session lives that nobody uses."""

LONGEST = timedelta(hours=12)
"""How long a session lives however much it is used."""

PASSWORD, SINGLE_SIGN_ON = "password", "sso"
"""The ways in which somebody shows who he is."""

_TOUCH = timedelta(minutes=1)
"""Using a session is written down this seldom: reading a page should write nothing."""

_LONGEST_AGENT = 200
_ID_SIGNS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """
    From where somebody logs in: the address, and what his browser calls itself.
    """

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """
    One log-in as its owner may see it. `id` opens nothing.

    `proved_at` is when he last showed who he is, None if that is not known; `lent` are
    the roles that his groups at the provider give to this session.
    """

    id: str
    user: User
    began_at: datetime
    seen_at: datetime
    place: Place
    method: str
    proved_at: datetime | None
    lent: tuple[str, ...] = ()


def log_in(host: Host, user_id: str, password: str, place: Place | None = None) -> str:
    """
    The token of a new session. Raises Unauthenticated or TooManyAttempts.
    """
    place = place or Place()
    check(host, user_id, password, place.address)
    return begin(host, user_id, place, PASSWORD, host.clock())


def begin(
    host: Host,
    user_id: str,
    place: Place,
    method: str,
    proved_at: datetime | None,
    *,
    lent: Iterable[str] = (),
) -> str:
    """
    The token of a new session of somebody who has shown who he is.
    """
    token = secrets.token_urlsafe(32)
    now = host.clock()
    row = SessionRow(
        token_sha256=hashed(token),
        user_id=user_id,
        created_at=stamp(now),
        seen_at=stamp(now),
        address=place.address,
        agent=place.agent[:_LONGEST_AGENT],
        method=method,
        proved_at=stamp(proved_at) if proved_at else None,
        lent=" ".join(sorted(lent)),
    )
    with host.database.begin() as transaction:
        accounts.end_sessions_before(transaction, stamp(now - LONGEST))
        accounts.add_session(transaction, row)
    return token


def resume(host: Host, token: str) -> Session:
    """
    The session of a token. Raises Unauthenticated if it ended, or he is not active.
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
    return _session(row, user)


def listed(host: Host, user: User) -> tuple[Session, ...]:
    """
    The sessions of a person that have not ended, the one used last before the others.
    """
    now = host.clock()
    with host.database.read() as transaction:
        rows = accounts.sessions_of(transaction, user.id)
    return tuple(_session(row, user) for row in rows if not _is_over(row, now))


def log_out(host: Host, token: str) -> None:
    """
    End the session; the token opens nothing from now on.
    """
    with host.database.begin() as transaction:
        accounts.end_session(transaction, hashed(token))


def end(host: Host, user_id: str, session_id: str) -> None:
    """
    End one session of a person. Raises NotFound if he has none of that id.
    """
    with host.database.begin() as transaction:
        rows = accounts.sessions_of(transaction, user_id)
        found = [row for row in rows if _id_of(row) == session_id]
        if not found:
            sentence = f"You have no log-in '{session_id}'; it may have ended."
            raise NotFound(sentence)
        for row in found:
            accounts.end_session(transaction, row.token_sha256)


def end_others(host: Host, user_id: str, token: str) -> None:
    """
    End all sessions of a person but that of the token.
    """
    with host.database.begin() as transaction:
        accounts.end_sessions_of(transaction, user_id, hashed(token))


_ENDED = "Your session has ended; log in again."


def _session(row: SessionRow, user: User) -> Session:
    return Session(
        id=_id_of(row),
        user=user,
        began_at=instant(row.created_at),
        seen_at=instant(row.seen_at),
        place=Place(address=row.address, agent=row.agent),
        method=row.method,
        proved_at=instant(row.proved_at) if row.proved_at else None,
        lent=tuple(row.lent.split()),
    )


def _id_of(row: SessionRow) -> str:
    # A part of the hash of a long random secret says nothing about the secret.
    return row.token_sha256[:_ID_SIGNS]


def _is_over(row: SessionRow, now: datetime) -> bool:
    idle = now - instant(row.seen_at) >= IDLE
    return idle or now - instant(row.created_at) >= LONGEST
