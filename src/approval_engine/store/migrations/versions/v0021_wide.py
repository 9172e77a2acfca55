"""
Indexes for what was slow with a million open reviews.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OLDEST = "0019"
"""Whoever does not know the indexes runs as well."""


def upgrade() -> None:
    """
    Create the indexes; that of the messages held only those that wait until now.
    """
    op.create_index(
        "ix_workflow_submitter", "workflow_instance", ["submitted_by", "number"]
    )
    op.create_index("ix_workflow_process", "workflow_instance", ["process", "number"])
    _of_some("ix_workflow_owner", "workflow_instance", ["owner", "number"], _OWNED)
    _of_some("ix_task_pool", "approval_task", ["candidates", "workflow_id"], _POOLED)
    _of_some("ix_task_moved", "approval_task", ["workflow_id"], _MOVED)
    op.drop_index("ix_outbox_workflow", "outbox")
    op.create_index("ix_outbox_workflow", "outbox", ["workflow_id"])


_OWNED = "owner IS NOT NULL"
_MOVED = "is_open = 1 AND windows <> '[]'"
_POOLED = "is_open = 1 AND assignee IS NULL"


def _of_some(name: str, table: str, columns: list[str], where: str) -> None:
    rows = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)
