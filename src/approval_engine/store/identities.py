"""
Rows that say which subject of which issuer is which person of the directory.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import IDENTITY


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityRow:
    """
    One link; `linked_by` is an admin, or the claim of the issuer that named the person.
    """

    issuer: str
    subject: str
    user_id: str
    linked_at: str
    linked_by: str


_ONE = select(IDENTITY).where(
    IDENTITY.c.issuer == bindparam("issuer"), IDENTITY.c.subject == bindparam("subject")
)
_ALL = select(IDENTITY).order_by(IDENTITY.c.user_id, IDENTITY.c.linked_at)


def find(transaction: Transaction, issuer: str, subject: str) -> IdentityRow | None:
    """
    The link of that subject, if there is one.
    """
    row = transaction.execute(
        _ONE, {"issuer": issuer, "subject": subject}
    ).one_or_none()
    return IdentityRow(**row._mapping) if row is not None else None  # noqa: SLF001 public


def listed(
    transaction: Transaction, user_id: str | None = None
) -> tuple[IdentityRow, ...]:
    """
    The links of a person, or of everybody.
    """
    query = _ALL if user_id is None else _ALL.where(IDENTITY.c.user_id == user_id)
    rows = transaction.execute(query)
    return tuple(IdentityRow(**row._mapping) for row in rows)  # noqa: SLF001 public


def add(transaction: Transaction, link: IdentityRow) -> None:
    """
    Record a link. Raises Conflict if the subject is linked already.
    """
    values = {name: getattr(link, name) for name in IdentityRow.__slots__}
    transaction.execute(IDENTITY.insert().values(values))


def remove(transaction: Transaction, issuer: str, subject: str) -> bool:
    """
    Whether there was such a link; now there is none.
    """
    statement = delete(IDENTITY).where(
        IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject
    )
    return transaction.execute(statement).rowcount > 0
