"""
Who waits for whom now: the sessions of this database that stand before a lock.
"""

from dataclasses import dataclass

from sqlalchemy import text

from approval_engine.store.database import Transaction

# Each row of that view is a process of the server; no table of ours is touched.
_WAITING = text(
    "SELECT count(*) AS sessions,"
    " coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0) AS seconds"
    " FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """
    How many wait for a lock, and for how many seconds the first of them has.
    """

    sessions: int
    seconds: float


def waiting(transaction: Transaction) -> Waits | None:
    """
    What the server sees; None on SQLite, which knows of no waiting.
    """
    if transaction.dialect.name == "sqlite":
        return None
    row = transaction.execute(_WAITING).one()
    return Waits(sessions=row.sessions, seconds=float(row.seconds))
