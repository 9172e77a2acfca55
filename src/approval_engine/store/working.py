"""
Tasks that somebody claimed and then decided → how long that took, by role.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select

from approval_engine.domain.events import Fact, instant
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.store import seats
from approval_engine.store.database import Transaction
from approval_engine.store.schema import EVENT, TASK
from approval_engine.store.schema.base import word

MOST = 5_000
"""So many of the tasks due last are looked at, and the decisions among them told."""

_DECIDED = (TaskStatus.APPROVED, TaskStatus.REJECTED, TaskStatus.RETURNED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """
    One decision: when whoever took it had claimed the task last, and when he took it.

    He had it from then on: what was released or moved on in between is none.
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
    its = and_(
        EVENT.c.workflow_id == newest.c.workflow_id,
        EVENT.c.task_id == newest.c.id,
        seats.moves(EVENT),
    )
    claimed = EVENT.c.action == word(Fact.TASK_CLAIMED)
    his = and_(claimed, EVENT.c.actor == newest.c.closed_by)
    moved = func.max(case((~claimed, EVENT.c.seq), else_=0))
    query = (
        select(
            newest.c.role,
            newest.c.closed_at,
            func.max(case((his, EVENT.c.timestamp))).label("at"),
        )
        .select_from(newest.join(EVENT, its))
        .where(newest.c.status.in_(_DECIDED), newest.c.closed_at.is_not(None))
        .group_by(newest.c.id, newest.c.role, newest.c.closed_at)
        .having(func.max(case((his, EVENT.c.seq))) > moved)
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
