"""
Workers that claim what is due and show that they live; tasks that share a seat.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SEAT = ["workflow_id", "element", "occurrence", "seat"]


def upgrade() -> None:
    """
    Create the tables of workers, and let a seat have a task per rung of the ladder.
    """
    _worker()
    _timer_claim()
    # SQLite copies the table, with its checks and indexes.
    with op.batch_alter_table("approval_task") as batch:
        batch.drop_constraint(
            op.f("uq_approval_task_workflow_id_element_occurrence_seat"),
            type_="unique",
        )
        batch.create_unique_constraint(
            op.f("uq_approval_task_seat"), [*_SEAT, "escalation_level"]
        )


def _worker() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )


def _timer_claim() -> None:
    op.create_table(
        "timer_claim",
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("free_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflow_instance.id"],
            name=op.f("fk_timer_claim_workflow_id"),
        ),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_timer_claim")),
    )
    op.create_index("ix_timer_claim_worker", "timer_claim", ["worker_id"])
