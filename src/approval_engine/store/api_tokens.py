"""
API tokens as people look at them: which there are, and how one ends.

Nothing that is read here opens a door: the hashes stay in the database.
"""

from dataclasses import dataclass, fields

from sqlalchemy import select, tuple_, update

from approval_engine.store.database import Transaction
from approval_engine.store.schema import API_TOKEN


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """
    An API token without its hash; `scopes` are words with spaces between.

    `seen_at` is when it was last used, rounded down to save writes.
    """

    id: str
    user_id: str
    scopes: str
    created_at: str
    expires_at: str | None
    seen_at: str | None


_SHOWN = [API_TOKEN.c[each.name] for each in fields(Known)]


def listed(
    transaction: Transaction,
    user_id: str | None = None,
    before: tuple[str, str] | None = None,
    limit: int | None = None,
) -> tuple[Known, ...]:
    """
    Tokens of a person or of all, the newest first; `before` ended the page before.
    """
    created, name = API_TOKEN.c.created_at, API_TOKEN.c.id
    query = select(*_SHOWN).order_by(created.desc(), name.desc()).limit(limit)
    if user_id is not None:
        query = query.where(API_TOKEN.c.user_id == user_id)
    if before is not None:
        query = query.where(tuple_(created, name) < tuple_(*before))
    rows = transaction.execute(query).mappings()
    return tuple(Known(**row) for row in rows)


def owner(transaction: Transaction, token_id: str) -> str | None:
    """
    Whose token that is, ended or not; None if there is none.
    """
    query = select(API_TOKEN.c.user_id).where(API_TOKEN.c.id == token_id)
    return transaction.execute(query).scalar_one_or_none()


def end(transaction: Transaction, token_id: str, at: str) -> None:
    """
    Let a token expire at that instant, unless it has before.

    The row stays: events name the token that they came by.
    """
    transaction.execute(
        update(API_TOKEN)
        .where(
            API_TOKEN.c.id == token_id,
            API_TOKEN.c.expires_at.is_(None) | (API_TOKEN.c.expires_at > at),
        )
        .values(expires_at=at)
    )
