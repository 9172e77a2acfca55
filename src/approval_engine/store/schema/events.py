"""
Tables of what happened and who is told of it: events, their texts, messages, incidents.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from approval_engine.store.schema.base import METADATA, index_of_some

ABOUT_OVERRIDES = "action IN ('override_requested', 'override_refused', 'overridden')"
"""The facts about overrides, in the words that their index is found by."""

EVENT = Table(
    "workflow_event",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("workflow_id", Text, ForeignKey("workflow_instance.id"), nullable=False),
    Column("seq", Integer, nullable=False),
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
    # The log of one workflow has one order.
    UniqueConstraint("workflow_id", "seq"),
    # One decision per task and one firing per timer, even past a lost lock.
    UniqueConstraint("workflow_id", "natural_key"),
    # The second admin's question: which overrides were asked for, the newest first?
    index_of_some("ix_event_override", "timestamp", "id", where=ABOUT_OVERRIDES),
    # The report's control: how many workflows does the log say began in a span?
    index_of_some("ix_event_first", "timestamp", "workflow_id", where="seq = 1"),
)

# What people wrote, apart from the chained event, so that it can be erased.
EVENT_TEXT = Table(
    "event_text",
    METADATA,
    Column("event_id", Text, ForeignKey("workflow_event.id"), primary_key=True),
    Column("salt", Text, nullable=False),
    Column("body", Text, nullable=False),
)

TO_WEBHOOKS = "substr(recipient, 1, 8) = 'webhook='"
"""What is for an address and not a person, in the words that its index is found by."""

OUTBOX = Table(
    "outbox",
    METADATA,
    # Derived from the event and the recipient: the same message has the same id always.
    Column("id", Text, primary_key=True),
    Column("event_id", Text, ForeignKey("workflow_event.id"), nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("task_id", Text),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Text),
    Column("created_at", Text, nullable=False),
    CheckConstraint(
        "status IN ('waiting', 'sent', 'cancelled', 'dead')", name="status"
    ),
    # The sender's question: what is to be sent now?
    Index(
        "ix_outbox_waiting",
        "next_attempt_at",
        "id",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
    # An event's question before it is put away: does a message tell of it still?
    Index("ix_outbox_event", "event_id"),
    # The administrator's questions, and the scrape's: what is stuck, what was sent?
    index_of_some("ix_outbox_dead", "created_at", "id", where="status = 'dead'"),
    index_of_some("ix_outbox_sent", "created_at", "id", where="status = 'sent'"),
    # What a webhook was told lately.
    index_of_some(
        "ix_outbox_webhook", "recipient", "created_at", "id", where=TO_WEBHOOKS
    ),
    # What a person was told for information, the newest first.
    Index(
        "ix_outbox_informed",
        "recipient",
        "created_at",
        sqlite_where=text("kind = 'informed'"),
        postgresql_where=text("kind = 'informed'"),
    ),
    # The decision's question: what need not be sent any more for this task?
    Index(
        "ix_outbox_task",
        "task_id",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
)

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    # The key belongs to one actor and one kind of command.
    Column("actor", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

INCIDENT = Table(
    "incident",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("workflow_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text),
    # Who let the workflow go on.
    Column("closed_by", Text),
    # What he wrote about it.
    Column("note", Text),
    # A workflow is quarantined while it has an open incident.
    Index(
        "ix_incident_open",
        "workflow_id",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
