"""
The table of exceptions: what one account may have within bounds, and how often it had.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text
from sqlalchemy import text as sql

from approval_engine.store.schema.base import METADATA

EXCEPTION = Table(
    "policy_exception",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("account", Text, nullable=False),
    Column("trigger_id", Text, nullable=False),
    Column("within", Text, nullable=False),
    Column("ends_on", Text),
    Column("uses", Integer),
    Column("used", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    # Its own workflow, the only one that may grant it: one workflow, one exception.
    Column(
        "workflow_id",
        Text,
        ForeignKey("workflow_instance.id"),
        nullable=False,
        unique=True,
    ),
    Column("created_at", Text, nullable=False),
    Column("told_at", Text),
    CheckConstraint(
        "status IN ('pending', 'active', 'refused', 'ended')", name="status"
    ),
    # Even past a lost lock nobody uses it more often than was granted.
    CheckConstraint("uses IS NULL OR used <= uses", name="uses"),
    # The submit's question: does this account have any that may count?
    Index(
        "ix_policy_exception_account",
        "account",
        "number",
        sqlite_where=sql("status = 'active'"),
        postgresql_where=sql("status = 'active'"),
    ),
    # The worker's question: which owner is to be told that it ends soon?
    Index(
        "ix_policy_exception_untold",
        "ends_on",
        sqlite_where=sql("status = 'active' AND told_at IS NULL"),
        postgresql_where=sql("status = 'active' AND told_at IS NULL"),
    ),
)
