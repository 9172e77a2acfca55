"""
API tokens as their owners look at them: which there are, and how one ends.
"""

from sqlalchemy import select, update

from approval_engine.store.accounts import TokenRow
from approval_engine.store.database import Transaction
from approval_engine.store.schema import API_TOKEN

_ALL = select(API_TOKEN).order_by(API_TOKEN.c.created_at.desc(), API_TOKEN.c.id)


def listed(
    transaction: Transaction, user_id: str | None = None
) -> tuple[TokenRow, ...]:
    """
    The tokens of a person, or of everybody, the newest first.
    """
    query = _ALL if user_id is None else _ALL.where(API_TOKEN.c.user_id == user_id)
    rows = transaction.execute(query)
    return tuple(TokenRow(**row._mapping) for row in rows)  # noqa: SLF001 public


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
