"""
Tables of logs that were put away: events of ended reviews, and what stands beside them.

On PostgreSQL each is divided by month. A row has the columns of the table it came from,
and where it is found: the month under which its workflow was put away first.
"""

from sqlalchemy import Column, Index, Integer, Table, Text

from approval_engine.store.schema.base import METADATA, index_of_some
from approval_engine.store.schema.events import ABOUT_OVERRIDES

_BY_MONTH = "LIST (month)"


def _place() -> tuple[Column[str], Column[int], Column[str]]:
    # PostgreSQL wants what a table is divided by in its key; asked is by workflow.
    return (
        Column("workflow_id", Text, primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("month", Text, primary_key=True),
    )


ARCHIVED_EVENT = Table(
    "archived_event",
    METADATA,
    *_place(),
    Column("id", Text, nullable=False),
    Column("task_id", Text),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("channel", Text, nullable=False),
    Column("timestamp", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("natural_key", Text),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    # The second admin's question, as of the events that are not put away.
    index_of_some("ix_archived_override", "timestamp", "id", where=ABOUT_OVERRIDES),
    postgresql_partition_by=_BY_MONTH,
)

ARCHIVED_TEXT = Table(
    "archived_text",
    METADATA,
    *_place(),
    Column("event_id", Text, nullable=False),
    Column("salt", Text, nullable=False),
    Column("body", Text, nullable=False),
    postgresql_partition_by=_BY_MONTH,
)

ARCHIVED_ORIGIN = Table(
    "archived_origin",
    METADATA,
    *_place(),
    Column("event_id", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("credential", Text, nullable=False),
    Column("proved_at", Text),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    # When the event was: the sweep's question is which of them are old enough to go.
    Column("timestamp", Text, nullable=False),
    Index("ix_archived_origin_timestamp", "timestamp"),
    postgresql_partition_by=_BY_MONTH,
)

ARCHIVED = (ARCHIVED_EVENT, ARCHIVED_TEXT, ARCHIVED_ORIGIN)
"""Those tables, each of them divided alike."""
