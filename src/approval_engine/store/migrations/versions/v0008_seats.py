"""
Seats that an admin took out, and who closed an incident.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Add what a task knows of being withdrawn, and an incident of its end.
    """
    op.add_column(
        "approval_task",
        sa.Column("withdrawn", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("incident", sa.Column("closed_by", sa.Text(), nullable=True))
