"""
Tables of who fires timers: workers that live, and the workflows they have claimed.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from approval_engine.store.schema.base import METADATA

# A worker that is gone in good order takes its row along; others grow old.
WORKER = Table(
    "worker",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("version", Text, nullable=False),
)

# A claim spares workers each other's work; what keeps a timer from firing twice is the
# lock of its workflow. No other worker looks at the workflow before `free_at`.
TIMER_CLAIM = Table(
    "timer_claim",
    METADATA,
    Column("workflow_id", Text, ForeignKey("workflow_instance.id"), primary_key=True),
    # None while a workflow that failed rests.
    Column("worker_id", Text),
    Column("failures", Integer, nullable=False),
    Column("free_at", Text, nullable=False),
    # A worker lets go of everything that it has at the end of a round.
    Index("ix_timer_claim_worker", "worker_id"),
)
