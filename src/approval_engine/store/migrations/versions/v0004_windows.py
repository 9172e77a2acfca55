"""
Windows that reroute: their limits, where they led, and how far each was swept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """
    Add two columns of windows, one of tasks, and the table of the sweeps.
    """
    op.add_column("delegation", sa.Column("process", sa.Text(), nullable=True))
    op.add_column("delegation", sa.Column("within", sa.Text(), nullable=True))
    op.add_column(
        "approval_task",
        sa.Column("windows", sa.Text(), nullable=False, server_default="[]"),
    )
    op.create_table(
        "window_sweep",
        sa.Column("delegation_id", sa.Text(), nullable=False),
        sa.Column("edge", sa.Text(), nullable=False),
        sa.Column("left_over", sa.Text(), nullable=False),
        sa.Column("swept_at", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "confirmed IN (0, 1)", name=op.f("ck_window_sweep_confirmed")
        ),
        sa.CheckConstraint(
            "edge IN ('opened', 'closed')", name=op.f("ck_window_sweep_edge")
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_window_sweep_delegation_id"),
        ),
        sa.PrimaryKeyConstraint("delegation_id", "edge", name=op.f("pk_window_sweep")),
    )
