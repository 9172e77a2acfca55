"""
The workers as pages show them: when each was seen, what it holds, and what rests.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from approval_engine.domain.events import instant, stamp
from approval_engine.store.database import Transaction
from approval_engine.store.schema import TIMER_CLAIM, WORKER


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """
    One worker; `claims` are the workflows that it has claimed and not let go.
    """

    id: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    claims: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Resting:
    """
    A workflow that failed for a passing reason; nobody tries it before `free_at`.
    """

    workflow: str
    failures: int
    free_at: datetime


def members(transaction: Transaction, limit: int) -> tuple[Member, ...]:
    """
    The workers, those that were seen last before the others.
    """
    held = (
        select(func.count())
        .where(TIMER_CLAIM.c.worker_id == WORKER.c.id)
        .scalar_subquery()
    )
    query = (
        select(WORKER, held.label("claims"))
        .order_by(WORKER.c.seen_at.desc(), WORKER.c.id)
        .limit(limit)
    )
    return tuple(
        Member(
            id=row.id,
            host=row.host,
            pid=row.pid,
            version=row.version,
            started_at=instant(row.started_at),
            seen_at=instant(row.seen_at),
            claims=row.claims,
        )
        for row in transaction.execute(query)
    )


def claimed_by(transaction: Transaction, worker_id: str, limit: int) -> tuple[str, ...]:
    """
    The workflows that a worker has claimed, in the order of their ids.
    """
    query = (
        select(TIMER_CLAIM.c.workflow_id)
        .where(TIMER_CLAIM.c.worker_id == worker_id)
        .order_by(TIMER_CLAIM.c.workflow_id)
        .limit(limit)
    )
    return tuple(transaction.execute(query).scalars())


def resting(transaction: Transaction, now: datetime, limit: int) -> tuple[Resting, ...]:
    """
    What rests after a failure, what is tried next before the others.
    """
    query = (
        select(TIMER_CLAIM)
        .where(TIMER_CLAIM.c.worker_id.is_(None), TIMER_CLAIM.c.free_at > stamp(now))
        .order_by(TIMER_CLAIM.c.free_at, TIMER_CLAIM.c.workflow_id)
        .limit(limit)
    )
    return tuple(
        Resting(
            workflow=row.workflow_id,
            failures=row.failures,
            free_at=instant(row.free_at),
        )
        for row in transaction.execute(query)
    )
