"""
Exceptions to the policy, with their own numbers, and exchange rates.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """
    Create the tables, the indexes and the counter.
    """
    op.create_table(
        "exchange_rate",
        sa.Column("set_name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("into_currency", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "set_name",
            "currency",
            "into_currency",
            "on_day",
            name=op.f("pk_exchange_rate"),
        ),
    )
    _exceptions()
    if op.get_bind().dialect.name == "sqlite":
        column = sa.Column(
            "exception", sa.Integer(), nullable=False, server_default="1"
        )
        op.add_column("counter", column)
    else:
        op.execute("CREATE SEQUENCE exception_number START 1")


def _exceptions() -> None:
    op.create_table(
        "policy_exception",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("trigger_id", sa.Text(), nullable=False),
        sa.Column("within", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Text()),
        sa.Column("uses", sa.Integer()),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_exception")),
        sa.UniqueConstraint(
            "workflow_id", name=op.f("uq_policy_exception_workflow_id")
        ),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflow_instance.id"],
            name=op.f("fk_policy_exception_workflow_id"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'refused', 'ended')",
            name=op.f("ck_policy_exception_status"),
        ),
        sa.CheckConstraint(
            "uses IS NULL OR used <= uses", name=op.f("ck_policy_exception_uses")
        ),
    )
    _partial("ix_policy_exception_account", ["account", "number"], "status = 'active'")
    _partial(
        "ix_policy_exception_untold",
        ["ends_on"],
        "status = 'active' AND told_at IS NULL",
    )


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name,
        "policy_exception",
        columns,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
