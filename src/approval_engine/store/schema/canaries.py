"""
Tables of canaries: a new policy version beside the one in force, and what it says.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from approval_engine.store.schema.base import METADATA

CANARY = Table(
    "policy_canary",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    # The new version; it is published only once the canary is promoted.
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("sha256", Text, ForeignKey("document.sha256"), nullable=False),
    # The version that was in force when it began.
    Column("against", Text, ForeignKey("document.sha256"), nullable=False),
    Column("status", Text, nullable=False),
    # 1 while it runs, else nothing: at most one canary runs at a time.
    Column("running", Integer),
    # Ten-thousandths of all quotes, and the condition that they must meet, if any.
    Column("share", Integer, nullable=False),
    Column("segment", Text, nullable=False),
    # Since when quotes are routed by it; empty in the shadow.
    Column("since", Text, nullable=False),
    # What its guard goes by, and what the guard saw last: canonical JSON.
    Column("terms", Text, nullable=False),
    Column("seen", Text),
    Column("seen_at", Text),
    Column("started_at", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("ended_at", Text),
    Column("ended_by", Text),
    # What somebody wrote when he ended it, or what the guard has found.
    Column("comment", Text, nullable=False, server_default=""),
    # When people were told that the guard has stopped it.
    Column("told_at", Text),
    UniqueConstraint("running"),
    CheckConstraint(
        "status IN ('shadow', 'canary', 'promoted', 'stopped')", name="status"
    ),
    CheckConstraint("running = 1", name="running"),
)

# What both versions said of a quote when it was submitted. Never changed.
CANARY_QUOTE = Table(
    "policy_canary_quote",
    METADATA,
    Column("canary", Integer, ForeignKey("policy_canary.number"), primary_key=True),
    Column("workflow_id", Text, ForeignKey("workflow_instance.id"), primary_key=True),
    Column("quote_id", Text, nullable=False),
    Column("quote_revision", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("share", Integer, nullable=False),
    # 1 if the guard counts it: its side was drawn by lot, and it is the first review.
    Column("counted", Integer, nullable=False),
    # 1 if nobody is asked; its value in hundredths of the currency of the policy.
    Column("automatic", Integer, nullable=False),
    Column("worth", BigInteger, nullable=False),
    # 1 if the two versions differ, 1 if the one that routed nothing has failed.
    Column("differs", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    # Triggers, steps and process by the version in force, and by the new one: JSON.
    Column("active", Text, nullable=False),
    Column("canary_says", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    CheckConstraint("side IN ('active', 'canary')", name="side"),
    # The page's question: which quotes differ, the newest first?
    Index("ix_policy_canary_quote_differs", "canary", "differs", "submitted_at"),
)

# What was done about a canary, by whom and when. Append-only.
CANARY_EVENT = Table(
    "policy_canary_event",
    METADATA,
    Column("canary", Integer, ForeignKey("policy_canary.number"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("timestamp", Text, nullable=False),
    # The terms that hold from then on, or what the guard has found: canonical JSON.
    Column("data", Text, nullable=False),
)
