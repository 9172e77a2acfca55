"""
Rows of who is asking: password hashes, failed log-ins, web sessions, API tokens.

What is secret comes in hashed; no function here ever sees a password or a token.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from approval_engine.store import upsert
from approval_engine.store.database import Transaction
from approval_engine.store.schema import API_TOKEN, CREDENTIAL, LOGIN_FAILURE, SESSION


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureRow:
    """
    How often somebody failed to log in from one place, and when last.
    """

    source_sha256: str
    failures: int
    failed_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRow:
    """
    One browser that is logged in; `seen_at` is rounded down to save writes.

    `proved_at` is when the person last showed who he is, if that is known, and `lent`
    are the roles that his groups give to this session, with spaces between.
    """

    token_sha256: str
    user_id: str
    created_at: str
    seen_at: str
    address: str = ""
    agent: str = ""
    method: str = "password"
    proved_at: str | None = None
    lent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRow:
    """
    One API token; `scopes` are words with spaces between, `expires_at` may be never.

    `seen_at` is when it was last used, rounded down to save writes.
    """

    token_sha256: str
    id: str
    user_id: str
    scopes: str
    created_at: str
    expires_at: str | None
    seen_at: str | None = None


_PASSWORD = select(CREDENTIAL.c.password_hash).where(
    CREDENTIAL.c.user_id == bindparam("user_id")
)
_SESSION = select(SESSION).where(SESSION.c.token_sha256 == bindparam("token"))
_TOKEN = select(API_TOKEN).where(API_TOKEN.c.token_sha256 == bindparam("token"))
_SESSIONS = (
    select(SESSION)
    .where(SESSION.c.user_id == bindparam("user_id"))
    .order_by(SESSION.c.seen_at.desc(), SESSION.c.token_sha256)
)


def password_hash(transaction: Transaction, user_id: str) -> str | None:
    """
    The hash of a person's password; None if he has none.
    """
    return transaction.execute(_PASSWORD, {"user_id": user_id}).scalar_one_or_none()


def set_password_hash(transaction: Transaction, user_id: str, hashed: str) -> None:
    """
    Set the hash of a person's password, whether he had one or not.
    """
    insert = upsert.insert(transaction, CREDENTIAL)
    transaction.execute(
        insert.values(user_id=user_id, password_hash=hashed).on_conflict_do_update(
            index_elements=["user_id"], set_={"password_hash": hashed}
        )
    )


def failure(transaction: Transaction, source: str) -> FailureRow:
    """
    The failed log-ins of one source, held until the transaction ends.

    Whoever tries at the same moment waits, so that no two see the same count.
    """
    insert = upsert.insert(transaction, LOGIN_FAILURE).values(
        source_sha256=source, failures=0, failed_at=""
    )
    # One statement makes the row or holds it: between two, whoever logs in removes it.
    held = insert.on_conflict_do_update(
        index_elements=["source_sha256"], set_={"failures": LOGIN_FAILURE.c.failures}
    )
    row = transaction.execute(held.returning(*LOGIN_FAILURE.c)).one()
    return FailureRow(**row._mapping)  # noqa: SLF001 public


def count_failures(transaction: Transaction, source: str, by: int, at: str) -> None:
    """
    Count one more failed log-in of that source, or with -1 one less.
    """
    transaction.execute(
        update(LOGIN_FAILURE)
        .where(LOGIN_FAILURE.c.source_sha256 == source)
        .values(failures=LOGIN_FAILURE.c.failures + by, failed_at=at)
    )


def forget_failures(transaction: Transaction, source: str) -> None:
    """
    Start anew for that place.
    """
    transaction.execute(
        delete(LOGIN_FAILURE).where(LOGIN_FAILURE.c.source_sha256 == source)
    )


def forget_old_failures(transaction: Transaction, before: str) -> None:
    """
    Drop what failed before that instant, wherever.
    """
    transaction.execute(delete(LOGIN_FAILURE).where(LOGIN_FAILURE.c.failed_at < before))


def add_session(transaction: Transaction, session: SessionRow) -> None:
    """
    Begin a session; its token must be new.
    """
    values = {name: getattr(session, name) for name in SessionRow.__slots__}
    transaction.execute(SESSION.insert().values(values))


def session(transaction: Transaction, token_sha256: str) -> SessionRow | None:
    """
    The session of that token, however old it is.
    """
    row = transaction.execute(_SESSION, {"token": token_sha256}).one_or_none()
    return SessionRow(**row._mapping) if row is not None else None  # noqa: SLF001 public


def touch_session(transaction: Transaction, token_sha256: str, at: str) -> None:
    """
    Remember that a session was used.
    """
    transaction.execute(
        update(SESSION).where(SESSION.c.token_sha256 == token_sha256).values(seen_at=at)
    )


def end_session(transaction: Transaction, token_sha256: str) -> None:
    """
    End one session, if it is still there.
    """
    transaction.execute(delete(SESSION).where(SESSION.c.token_sha256 == token_sha256))


def sessions_of(transaction: Transaction, user_id: str) -> tuple[SessionRow, ...]:
    """
    All sessions of a person, the one that was used last before the others.
    """
    rows = transaction.execute(_SESSIONS, {"user_id": user_id})
    return tuple(SessionRow(**row._mapping) for row in rows)  # noqa: SLF001 public


def end_sessions_of(
    transaction: Transaction, user_id: str, besides: str | None = None
) -> None:
    """
    End all sessions of a person, but for the one with the hash that is named.
    """
    statement = delete(SESSION).where(SESSION.c.user_id == user_id)
    if besides is not None:
        statement = statement.where(SESSION.c.token_sha256 != besides)
    transaction.execute(statement)


def end_sessions_before(transaction: Transaction, created_at: str) -> None:
    """
    Drop the sessions that began before that instant, whosever.
    """
    transaction.execute(delete(SESSION).where(SESSION.c.created_at < created_at))


def add_token(transaction: Transaction, token: TokenRow) -> None:
    """
    Record an API token; it must be new.
    """
    values = {name: getattr(token, name) for name in TokenRow.__slots__}
    transaction.execute(API_TOKEN.insert().values(values))


def token(transaction: Transaction, token_sha256: str) -> TokenRow | None:
    """
    The API token of that hash, expired or not.
    """
    row = transaction.execute(_TOKEN, {"token": token_sha256}).one_or_none()
    return TokenRow(**row._mapping) if row is not None else None  # noqa: SLF001 public


def touch_token(transaction: Transaction, token_sha256: str, at: str) -> None:
    """
    Remember that a token was used.
    """
    transaction.execute(
        update(API_TOKEN)
        .where(API_TOKEN.c.token_sha256 == token_sha256)
        .values(seen_at=at)
    )
