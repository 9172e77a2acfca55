"""
What a scrape of the metrics counts, by index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Create the index.
    """
    is_open = sa.text("is_open = 1")
    op.create_index(
        "ix_task_open",
        "approval_task",
        ["role", "due_at"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
