"""
The workers that live, and whether anything waits although none does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, update

from approval_engine.domain.events import instant, stamp
from approval_engine.store import workflows
from approval_engine.store.database import Transaction
from approval_engine.store.schema import WORKER

PATIENCE = timedelta(seconds=60)
"""How long a worker may be silent, and how long something may be due."""

KEPT = timedelta(days=1)
"""How long the row of a worker that died is kept."""

_SEEN = (
    update(WORKER)
    .where(WORKER.c.id == bindparam("the_id"))
    .values(seen_at=bindparam("at"))
)
_LIVE = select(func.count()).where(WORKER.c.seen_at >= bindparam("since"))
_LAST = select(func.max(WORKER.c.seen_at))


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """
    One process, or one thread of it, that fires timers.
    """

    id: str
    host: str
    pid: int
    started_at: datetime
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """
    How many workers were seen of late, when the last one was, and what is overdue.

    `overdue_since` is the oldest timer that has waited for longer than PATIENCE.
    """

    workers: int
    seen_at: datetime | None
    overdue_since: datetime | None

    @property
    def is_degraded(self) -> bool:
        """
        Whether something waits that nobody is there to do.
        """
        return self.overdue_since is not None and not self.workers


def arrive(transaction: Transaction, worker: Worker) -> None:
    """
    Record a new worker, and forget those that died long ago.
    """
    before = stamp(worker.started_at - KEPT)
    transaction.execute(delete(WORKER).where(WORKER.c.seen_at < before))
    transaction.execute(
        WORKER.insert().values(
            id=worker.id,
            host=worker.host,
            pid=worker.pid,
            started_at=stamp(worker.started_at),
            seen_at=stamp(worker.started_at),
            version=worker.version,
        )
    )


def see(transaction: Transaction, worker_id: str, at: datetime) -> None:
    """
    A sign of life.
    """
    transaction.execute(_SEEN, {"the_id": worker_id, "at": stamp(at)})


def leave(transaction: Transaction, worker_id: str) -> None:
    """
    The worker ended in good order.
    """
    transaction.execute(delete(WORKER).where(WORKER.c.id == worker_id))


def listed(transaction: Transaction) -> tuple[Worker, ...]:
    """
    Every worker that is known, oldest first.
    """
    rows = transaction.execute(
        select(WORKER).order_by(WORKER.c.started_at, WORKER.c.id)
    )
    return tuple(
        Worker(
            id=row.id,
            host=row.host,
            pid=row.pid,
            started_at=instant(row.started_at),
            version=row.version,
        )
        for row in rows
    )


def watch(transaction: Transaction, now: datetime) -> Watch:
    """
    What a probe and the metrics say of the workers.
    """
    since = now - PATIENCE
    live = transaction.execute(_LIVE, {"since": stamp(since)}).scalar_one()
    last = transaction.execute(_LAST).scalar_one()
    return Watch(
        workers=live,
        seen_at=instant(last) if last else None,
        overdue_since=workflows.overdue_since(transaction, since),
    )
