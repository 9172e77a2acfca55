"""
Delegation windows: who stands in for whom, from when to when.
"""

from sqlalchemy import select, update

from approval_engine.domain.delegation import Delegation
from approval_engine.domain.events import instant, stamp
from approval_engine.store.database import Transaction
from approval_engine.store.schema import DELEGATION, SETTING

# Two windows added at once must see each other, and both stand in the snapshot of them.
_LOCK = select(SETTING.c.value).where(SETTING.c.name == "delegations").with_for_update()


def lock(transaction: Transaction) -> None:
    """
    Let nobody else change a window until the commit.
    """
    transaction.execute(_LOCK)


def add(transaction: Transaction, delegation: Delegation) -> None:
    """
    Record a window; its id must be new.
    """
    transaction.execute(
        DELEGATION.insert().values(
            id=delegation.id,
            principal=delegation.principal,
            delegate=delegation.delegate,
            role=delegation.role,
            starts_at=stamp(delegation.starts_at),
            ends_at=stamp(delegation.ends_at),
            ended_at=stamp(delegation.ended_at) if delegation.ended_at else None,
            process=delegation.process,
            within=delegation.within,
        )
    )


def end(transaction: Transaction, delegation_id: str, at: str) -> bool:
    """
    End a window early; whether there was one to end.
    """
    changed = transaction.execute(
        update(DELEGATION)
        .where(DELEGATION.c.id == delegation_id, DELEGATION.c.ended_at.is_(None))
        .values(ended_at=at)
    )
    return bool(changed.rowcount)


def listed(transaction: Transaction) -> tuple[Delegation, ...]:
    """
    Every window, past ones too, by start.
    """
    rows = transaction.execute(
        select(DELEGATION).order_by(DELEGATION.c.starts_at, DELEGATION.c.id)
    )
    return tuple(
        Delegation(
            id=row.id,
            principal=row.principal,
            delegate=row.delegate,
            role=row.role,
            starts_at=instant(row.starts_at),
            ends_at=instant(row.ends_at),
            ended_at=instant(row.ended_at) if row.ended_at else None,
            process=row.process,
            within=row.within,
        )
        for row in rows
    )
