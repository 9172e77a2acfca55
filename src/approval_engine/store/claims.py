"""
Which worker looks after which due workflow, and which one rests after a failure.
"""

from sqlalchemy import bindparam, delete, or_, select, update

from approval_engine.store import upsert
from approval_engine.store.database import Transaction
from approval_engine.store.schema import INCIDENT, TIMER_CLAIM, WORKFLOW

_HELD = (
    select(INCIDENT.c.id)
    .where(INCIDENT.c.workflow_id == WORKFLOW.c.id, INCIDENT.c.closed_at.is_(None))
    .exists()
)
_FREE = (
    select(WORKFLOW.c.id)
    .outerjoin(TIMER_CLAIM, TIMER_CLAIM.c.workflow_id == WORKFLOW.c.id)
    .where(
        WORKFLOW.c.next_due_at <= bindparam("now"),
        ~_HELD,
        or_(TIMER_CLAIM.c.free_at.is_(None), TIMER_CLAIM.c.free_at <= bindparam("now")),
    )
    .order_by(WORKFLOW.c.next_due_at, WORKFLOW.c.id)
    .limit(bindparam("limit"))
    # What another worker claims just now, or a person is busy with, is left to them.
    .with_for_update(of=WORKFLOW, skip_locked=True)
)
_RELEASE = delete(TIMER_CLAIM).where(TIMER_CLAIM.c.worker_id == bindparam("worker"))
_FORGET = delete(TIMER_CLAIM).where(TIMER_CLAIM.c.free_at < bindparam("before"))
_FAILURES = select(TIMER_CLAIM.c.failures).where(
    TIMER_CLAIM.c.workflow_id == bindparam("workflow")
)
_PUT_OFF = (
    update(TIMER_CLAIM)
    .where(
        TIMER_CLAIM.c.workflow_id == bindparam("workflow"),
        TIMER_CLAIM.c.worker_id == bindparam("worker"),
    )
    .values(
        worker_id=None,
        failures=TIMER_CLAIM.c.failures + 1,
        free_at=bindparam("until"),
    )
)


def take(
    transaction: Transaction, worker_id: str, now: str, until: str, limit: int
) -> tuple[str, ...]:
    """
    The due workflows that are this worker's until then, longest overdue first.
    """
    found = transaction.execute(_FREE, {"now": now, "limit": limit}).scalars().all()
    if not found:
        return ()
    rows = [
        {
            "workflow_id": workflow_id,
            "worker_id": worker_id,
            "failures": 0,
            "free_at": until,
        }
        for workflow_id in found
    ]
    # A claim that was committed since our statement began is not ours to take.
    claim = (
        upsert.insert(transaction, TIMER_CLAIM)
        .values(rows)
        .on_conflict_do_update(
            index_elements=[TIMER_CLAIM.c.workflow_id],
            set_={"worker_id": worker_id, "free_at": until},
            where=TIMER_CLAIM.c.free_at <= now,
        )
        .returning(TIMER_CLAIM.c.workflow_id)
    )
    mine = set(transaction.execute(claim).scalars())
    return tuple(each for each in found if each in mine)


def release(transaction: Transaction, worker_id: str) -> None:
    """
    Let go of everything that this worker has.
    """
    transaction.execute(_RELEASE, {"worker": worker_id})


def failures(transaction: Transaction, workflow_id: str) -> int:
    """
    How often in a row a workflow failed.
    """
    found = transaction.execute(
        _FAILURES, {"workflow": workflow_id}
    ).scalar_one_or_none()
    return found or 0


def put_off(
    transaction: Transaction, worker_id: str, workflow_id: str, until: str
) -> None:
    """
    Nobody tries the workflow again before then; one failure more is counted.
    """
    values = {"workflow": workflow_id, "worker": worker_id, "until": until}
    transaction.execute(_PUT_OFF, values)


def forget(transaction: Transaction, before: str) -> None:
    """
    Drop the claims of workers that died, and of what rests no more since then.
    """
    transaction.execute(_FORGET, {"before": before})
