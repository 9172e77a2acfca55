"""
Links in mails: rows that bind a token to a task, a person and a quote revision.

The token itself never comes here, only its hash.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import MAIL_LINK


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """
    One link. `action` is None if the person may choose what to decide.
    """

    token_sha256: str
    id: str
    workflow_id: str
    task_id: str
    person: str
    action: str | None
    quote_sha256: str
    created_at: str
    expires_at: str


def add(transaction: Transaction, link: Link) -> None:
    """
    Record a link, and drop those that were over before it was made.
    """
    values = {name: getattr(link, name) for name in Link.__slots__}
    over = MAIL_LINK.c.expires_at <= link.created_at
    transaction.execute(delete(MAIL_LINK).where(over))
    transaction.execute(MAIL_LINK.insert().values(values))


def by_token(transaction: Transaction, token_sha256: str) -> Link | None:
    """
    The link of that token, over or not.
    """
    return _one(transaction, MAIL_LINK.c.token_sha256 == token_sha256)


def by_id(transaction: Transaction, link_id: str) -> Link | None:
    """
    The link of that id, over or not.
    """
    return _one(transaction, MAIL_LINK.c.id == link_id)


def _one(transaction: Transaction, condition: ColumnElement[bool]) -> Link | None:
    row = transaction.execute(select(MAIL_LINK).where(condition)).one_or_none()
    return Link(**row._mapping) if row is not None else None  # noqa: SLF001 public in SQLAlchemy
