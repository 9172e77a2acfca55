"""
Tables of what workflows are decided under: documents, policies, quotes, delegations.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from approval_engine.store.schema.base import METADATA, SQLITE_ONLY

LARGEST = 10**17
"""The largest worth that lists tell apart, in hundredths of a currency."""

NO_WORTH = -LARGEST - 1
"""What is not worth anything that is known comes last."""

NO_DAY = "9999-12-31"
"""What is not needed by any day comes last."""

# Everything a workflow was decided under, once per content, never changed.
DOCUMENT = Table(
    "document",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Named pointers to what is current: directory, delegations, and how the database began.
SETTING = Table(
    "setting",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Numbers that people read aloud: WF-8821, T-22. One row; PostgreSQL has sequences
# instead, because one row would make every submit wait for the one before it.
COUNTER = Table(
    "counter",
    SQLITE_ONLY,
    Column("workflow", Integer, nullable=False),
    Column("task", Integer, nullable=False),
    Column("delegation", Integer, nullable=False),
    Column("incident", Integer, nullable=False),
    Column("exception", Integer, nullable=False, server_default="1"),
)

SEQUENCES = tuple(f"{column.name}_number" for column in COUNTER.columns)
"""The PostgreSQL sequences, one per column of `COUNTER`, in its order."""


POLICY = Table(
    "policy",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("status", Text, nullable=False),
    Column("published_at", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("comment", Text, nullable=False, server_default=""),
    # What was known to be wrong with it and was accepted, one sentence a line.
    Column("accepted", Text, nullable=False, server_default=""),
    CheckConstraint("status IN ('active', 'retired')", name="status"),
    # At most one policy decides at a time.
    Index(
        "uq_policy_active",
        "status",
        unique=True,
        sqlite_where=text("status = 'active'"),
        postgresql_where=text("status = 'active'"),
    ),
)

QUOTE = Table(
    "quote",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("account", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("imported_at", Text, nullable=False),
    # What lists find and sort by; the document holds it exactly.
    Column("owner", Text),
    Column("worth", BigInteger, nullable=False, server_default=text(str(NO_WORTH))),
    Column("needed_by", Text, nullable=False, server_default=NO_DAY),
    # My quotes, the last stored first: those that I submit, and those that I own.
    Index("ix_quote_submitter", "submitted_by", "imported_at", "id"),
    Index(
        "ix_quote_owner",
        "owner",
        "imported_at",
        "id",
        sqlite_where=text("owner IS NOT NULL"),
        postgresql_where=text("owner IS NOT NULL"),
    ),
    # The queue of the deal desk, by value and by closing date.
    Index("ix_quote_worth", "worth", "id"),
    Index("ix_quote_needed", "needed_by", "id"),
)

DELEGATION = Table(
    "delegation",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("principal", Text, nullable=False),
    Column("delegate", Text, nullable=False),
    Column("role", Text),
    Column("starts_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("process", Text),
    Column("within", Text),
)

# How far the worker got with the start and the end of each window.
WINDOW_SWEEP = Table(
    "window_sweep",
    METADATA,
    # Two workers that sweep the same edge keep one row of it.
    Column("delegation_id", Text, ForeignKey("delegation.id"), primary_key=True),
    Column("edge", Text, primary_key=True),
    # The workflows that somebody was busy with, or that are held: they come again.
    Column("left_over", Text, nullable=False),
    Column("swept_at", Text, nullable=False),
    # 1 after a second look, at what commands under way at the first one have left.
    Column("confirmed", Integer, nullable=False),
    CheckConstraint("confirmed IN (0, 1)", name="confirmed"),
    CheckConstraint("edge IN ('opened', 'closed')", name="edge"),
)

# What a currency was worth on a day; a quote freezes the rate in its own evaluation.
EXCHANGE_RATE = Table(
    "exchange_rate",
    METADATA,
    Column("set_name", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("into_currency", Text, primary_key=True),
    Column("on_day", Text, primary_key=True),
    # An exact decimal: no database may round it.
    Column("rate", Text, nullable=False),
)
