"""
Seats added by approvers, questions about a task, and attached files.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Add what a task knows of added approvers and of questions.
    """
    op.add_column(
        "approval_task",
        sa.Column("ad_hoc", sa.Integer(), nullable=False, server_default="0"),
    )
    for name in ("info_from", "info_since", "then_ask"):
        op.add_column("approval_task", sa.Column(name, sa.Text(), nullable=True))
    op.create_index(
        "ix_task_info",
        "approval_task",
        ["info_from"],
        unique=False,
        sqlite_where=sa.text("info_from IS NOT NULL"),
        postgresql_where=sa.text("info_from IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_informed",
        "outbox",
        ["recipient", "created_at"],
        unique=False,
        sqlite_where=sa.text("kind = 'informed'"),
        postgresql_where=sa.text("kind = 'informed'"),
    )
    op.create_table(
        "attachment",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_attachment")),
    )
