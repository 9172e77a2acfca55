"""
The table of deployed processes: what analysts drew, in numbered versions for ever.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from approval_engine.store.schema.base import METADATA

PROCESS_VERSION = Table(
    "process_version",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    # The bytes as they came; the hash of their meaning tells versions from drawings.
    Column("sha256", Text, ForeignKey("document.sha256"), nullable=False),
    # The bytes that run, in which nothing depends on the policy of the day.
    Column("runs", Text, ForeignKey("document.sha256"), nullable=False),
    Column("semantic", Text, nullable=False),
    # What it calls and asks, by name, with the hashes it was deployed with.
    Column("needs", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("deployed_at", Text, nullable=False),
    Column("deployed_by", Text, nullable=False),
    CheckConstraint("kind IN ('frame', 'pinned', 'part', 'decision')", name="kind"),
    # Deploying the same file twice makes no second version, even past a lost lock.
    UniqueConstraint("name", "sha256", "needs"),
)
