"""
Indexes for the list of workflows: newest first, searched, and what is late.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Create both.
    """
    op.create_index(
        "ix_workflow_newest",
        "workflow_instance",
        ["number", "account", "quote_id", "submitted_by", "owner", "id"],
    )
    op.create_index(
        "ix_task_late",
        "approval_task",
        ["due_at", "workflow_id"],
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open = 1"),
    )
