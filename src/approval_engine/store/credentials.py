"""
Who has a log-in and which API tokens there are, for those who look after them.

Nothing that is read here opens a door: the hashes stay in the database.
"""

from dataclasses import dataclass, fields

from sqlalchemy import select, tuple_

from approval_engine.store.database import Transaction
from approval_engine.store.schema import API_TOKEN, CREDENTIAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """
    An API token without its hash; `scopes` are words with spaces between.
    """

    id: str
    user_id: str
    scopes: str
    created_at: str
    expires_at: str | None


_SHOWN = [API_TOKEN.c[each.name] for each in fields(Known)]


def has_password(transaction: Transaction, user_id: str) -> bool:
    """
    Whether a person can log in with a password.
    """
    query = select(CREDENTIAL.c.user_id).where(CREDENTIAL.c.user_id == user_id)
    return transaction.execute(query).scalar() is not None


def tokens(
    transaction: Transaction,
    owner: str | None,
    before: tuple[str, str] | None,
    limit: int,
) -> tuple[Known, ...]:
    """
    Tokens of a person or of all, the newest first; `before` ended the page before.
    """
    created, name = API_TOKEN.c.created_at, API_TOKEN.c.id
    query = select(*_SHOWN).order_by(created.desc(), name.desc()).limit(limit)
    if owner is not None:
        query = query.where(API_TOKEN.c.user_id == owner)
    if before is not None:
        query = query.where(tuple_(created, name) < tuple_(*before))
    rows = transaction.execute(query).mappings()
    return tuple(Known(**row) for row in rows)
