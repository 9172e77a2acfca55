"""
Drafts and scenarios of policies, and with which words a version was published.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Create the tables, and add what a published version remembers.
    """
    for name in ("comment", "accepted"):
        column = sa.Column(name, sa.Text(), nullable=False, server_default="")
        op.add_column("policy", column)
    op.create_table(
        "policy_draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_draft")),
        sa.ForeignKeyConstraint(
            ["base"], ["document.sha256"], name=op.f("fk_policy_draft_base")
        ),
    )
    op.create_table(
        "policy_draft_save",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "draft_id", "revision", name=op.f("pk_policy_draft_save")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["policy_draft.id"],
            name=op.f("fk_policy_draft_save_draft_id"),
        ),
    )
    op.create_table(
        "policy_scenario",
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("quote_id", sa.Text(), nullable=False),
        sa.Column("quote_revision", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("policy", "quote_id", name=op.f("pk_policy_scenario")),
    )
