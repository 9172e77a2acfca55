"""
Tasks that somebody claimed and then decided → how long that took, by role.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from approval_engine.domain.events import Fact, instant
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.store.database import Transaction
from approval_engine.store.schema import EVENT, TASK

MOST = 5_000
"""So many of the tasks due last are looked at, and the decisions among them told."""

_DECIDED = (TaskStatus.APPROVED, TaskStatus.REJECTED, TaskStatus.RETURNED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """
    One decision: when whoever took it had claimed the task last, and when he took it.
    """

    role: str
    claimed_at: datetime
    decided_at: datetime


def decisions(transaction: Transaction) -> tuple[Worked, ...]:
    """
    The decisions of those who had claimed their task, the last ones first.
    """
    # Those due last: the order of an index, where that of the decisions has none.
    last = (TASK.c.due_at.desc(), TASK.c.id.desc())
    newest = select(TASK).order_by(*last).limit(MOST).subquery()
    his = and_(
        EVENT.c.workflow_id == newest.c.workflow_id,
        EVENT.c.task_id == newest.c.id,
        EVENT.c.action == Fact.TASK_CLAIMED,
        EVENT.c.actor == newest.c.closed_by,
    )
    query = (
        select(
            newest.c.role, newest.c.closed_at, func.max(EVENT.c.timestamp).label("at")
        )
        .join(EVENT, his)
        .where(newest.c.status.in_(_DECIDED), newest.c.closed_at.is_not(None))
        .group_by(newest.c.id, newest.c.role, newest.c.closed_at)
        .order_by(newest.c.closed_at.desc(), newest.c.id)
    )
    return tuple(
        Worked(
            role=row.role,
            claimed_at=instant(row.at),
            decided_at=instant(row.closed_at),
        )
        for row in transaction.execute(query)
    )
