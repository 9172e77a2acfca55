"""
Tables of policies that are being written, and of what every version must answer.
"""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from approval_engine.store.schema.base import METADATA

# One row per draft: whoever saves counts `revision` up, and only from what he has seen.
POLICY_DRAFT = Table(
    "policy_draft",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("base", Text, ForeignKey("document.sha256"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
)

# What a draft said after each save, so that who comes late sees what he has missed.
POLICY_DRAFT_SAVE = Table(
    "policy_draft_save",
    METADATA,
    Column("draft_id", Text, ForeignKey("policy_draft.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("saved_at", Text, nullable=False),
    Column("saved_by", Text, nullable=False),
)

# Which steps a quote must be asked by, whatever else the next version changes.
POLICY_SCENARIO = Table(
    "policy_scenario",
    METADATA,
    Column("policy", Text, primary_key=True),
    Column("quote_id", Text, primary_key=True),
    Column("quote_revision", Integer, nullable=False),
    Column("asked", Text, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("kept_at", Text, nullable=False),
    Column("kept_by", Text, nullable=False),
)
