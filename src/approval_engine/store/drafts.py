"""
Policies that are being written: each draft, and what it said after every save.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, delete, select, update

from approval_engine.store.database import Transaction
from approval_engine.store.schema import POLICY_DRAFT, POLICY_DRAFT_SAVE, WORKFLOW

KEPT = 50
"""So many saves of a draft are remembered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """
    A draft as it was last saved; `base` is the published document that it began as.
    """

    id: str
    base: str
    owner: str
    revision: int
    created_at: str
    body: bytes
    saved_at: str
    saved_by: str


_LAST = and_(
    POLICY_DRAFT_SAVE.c.draft_id == POLICY_DRAFT.c.id,
    POLICY_DRAFT_SAVE.c.revision == POLICY_DRAFT.c.revision,
)
_DRAFTS = (
    select(
        POLICY_DRAFT,
        POLICY_DRAFT_SAVE.c.body,
        POLICY_DRAFT_SAVE.c.saved_at,
        POLICY_DRAFT_SAVE.c.saved_by,
    )
    .select_from(POLICY_DRAFT.join(POLICY_DRAFT_SAVE, _LAST))
    .order_by(POLICY_DRAFT.c.created_at.desc(), POLICY_DRAFT.c.id)
)


def every(transaction: Transaction) -> tuple[Draft, ...]:
    """
    All drafts, the youngest first.
    """
    return tuple(map(_draft, transaction.execute(_DRAFTS)))


def read(transaction: Transaction, draft_id: str) -> Draft | None:
    """
    A draft, or None.
    """
    query = _DRAFTS.where(POLICY_DRAFT.c.id == draft_id)
    row = transaction.execute(query).one_or_none()
    return _draft(row) if row is not None else None


def body_at(transaction: Transaction, draft_id: str, revision: int) -> bytes | None:
    """
    What a draft said after that save; None if that is forgotten.
    """
    query = select(POLICY_DRAFT_SAVE.c.body).where(
        POLICY_DRAFT_SAVE.c.draft_id == draft_id,
        POLICY_DRAFT_SAVE.c.revision == revision,
    )
    found = transaction.execute(query).scalar_one_or_none()
    return None if found is None else bytes(found)


def add(transaction: Transaction, draft: Draft) -> None:
    """
    Record a new draft.
    """
    row = {name: getattr(draft, name) for name in POLICY_DRAFT.c.keys()}  # noqa: SIM118 - names of columns, no mapping
    transaction.execute(POLICY_DRAFT.insert().values(row))
    _remember(transaction, draft)


def save(transaction: Transaction, draft: Draft) -> bool:
    """
    Record what a draft says now; False, and nothing done, if somebody was faster.

    `draft.revision` is the new one, which must follow the one that is stored.
    """
    # One statement finds out and counts up, so that two savers cannot both be right.
    changed = transaction.execute(
        update(POLICY_DRAFT)
        .where(
            POLICY_DRAFT.c.id == draft.id,
            POLICY_DRAFT.c.revision == draft.revision - 1,
        )
        .values(revision=draft.revision, base=draft.base)
    )
    if not changed.rowcount:
        return False
    _remember(transaction, draft)
    transaction.execute(
        delete(POLICY_DRAFT_SAVE).where(
            POLICY_DRAFT_SAVE.c.draft_id == draft.id,
            POLICY_DRAFT_SAVE.c.revision <= draft.revision - KEPT,
        )
    )
    return True


def remove(transaction: Transaction, draft_id: str, revision: int) -> bool:
    """
    Forget a draft with all its saves; False, and nothing done, if it has another one.
    """
    # Who saves at the same moment holds the row; then it has another revision.
    held = (
        select(POLICY_DRAFT.c.id)
        .where(POLICY_DRAFT.c.id == draft_id, POLICY_DRAFT.c.revision == revision)
        .with_for_update()
    )
    if transaction.execute(held).one_or_none() is None:
        return False
    transaction.execute(
        delete(POLICY_DRAFT_SAVE).where(POLICY_DRAFT_SAVE.c.draft_id == draft_id)
    )
    transaction.execute(delete(POLICY_DRAFT).where(POLICY_DRAFT.c.id == draft_id))
    return True


def last_submitted(transaction: Transaction, limit: int) -> tuple[str, ...]:
    """
    The ids of the quotes that were submitted last, each once, the newest first.
    """
    query = (
        select(WORKFLOW.c.quote_id)
        .order_by(WORKFLOW.c.number.desc())
        # Revisions of one quote lie close together: some of them are one.
        .limit(2 * limit)
    )
    found = dict.fromkeys(transaction.execute(query).scalars())
    return tuple(found)[:limit]


def _remember(transaction: Transaction, draft: Draft) -> None:
    transaction.execute(
        POLICY_DRAFT_SAVE.insert().values(
            draft_id=draft.id,
            revision=draft.revision,
            body=draft.body,
            saved_at=draft.saved_at,
            saved_by=draft.saved_by,
        )
    )


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        base=row.base,
        owner=row.owner,
        revision=row.revision,
        created_at=row.created_at,
        body=bytes(row.body),
        saved_at=row.saved_at,
        saved_by=row.saved_by,
    )
