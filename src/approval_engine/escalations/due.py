"""
What is due → one worker's share of it, so that many do not get in each other's way.

A workflow that failed for a passing reason rests, for longer each time.
"""

from datetime import datetime, timedelta

from approval_engine.domain.events import stamp
from approval_engine.store import claims, workflows
from approval_engine.store.database import Database

LEASE = timedelta(seconds=120)
"""How long a claim holds; a worker that died keeps nobody waiting for longer."""

SHORTEST = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)
"""How long a workflow rests after its first failure, and at most."""


def claim(
    database: Database, worker_id: str, now: datetime, limit: int
) -> tuple[str, ...]:
    """
    At most that many due workflows, longest overdue first, which nobody else claims.

    Raises StorageError if nobody can say what is due.
    """
    # Most of the time nothing is due: then no lock is taken to find that out.
    with database.read() as transaction:
        if not workflows.due(transaction, now, 1):
            return ()
    with database.begin() as transaction:
        until = stamp(now + LEASE)
        return claims.take(transaction, worker_id, stamp(now), until, limit)


def release(database: Database, worker_id: str) -> None:
    """
    Let go of all that this worker has claimed.
    """
    with database.begin() as transaction:
        claims.release(transaction, worker_id)


def put_off(
    database: Database, worker_id: str, workflow_id: str, now: datetime
) -> timedelta:
    """
    Let the workflow rest, twice as long with each failure in a row; for how long.
    """
    with database.begin() as transaction:
        rest = pause(claims.failures(transaction, workflow_id))
        until = stamp(now + rest)
        claims.put_off(transaction, worker_id, workflow_id, until)
    return rest


def pause(failures: int) -> timedelta:
    """
    How long to rest after so many failures before this one.
    """
    return min(SHORTEST * (1 << min(failures, 20)), LONGEST)
