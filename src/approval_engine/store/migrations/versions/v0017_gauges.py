"""
What a scrape of the metrics counts, by index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Create the indexes.
    """
    is_open, is_dead = sa.text("is_open = 1"), sa.text("status = 'dead'")
    op.create_index(
        "ix_task_open",
        "approval_task",
        ["role", "due_at"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    # Pages list the messages that were given up by the same index.
    op.create_index(
        "ix_outbox_dead",
        "outbox",
        ["created_at", "id"],
        sqlite_where=is_dead,
        postgresql_where=is_dead,
        if_not_exists=True,
    )
