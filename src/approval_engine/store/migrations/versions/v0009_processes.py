"""
Deployed processes and decisions, in versions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Create the table.
    """
    op.create_table(
        "process_version",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("runs", sa.Text(), nullable=False),
        sa.Column("semantic", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("deployed_at", sa.Text(), nullable=False),
        sa.Column("deployed_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('frame', 'pinned', 'part', 'decision')",
            name=op.f("ck_process_version_kind"),
        ),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_process_version")),
        sa.ForeignKeyConstraint(
            ["sha256"], ["document.sha256"], name=op.f("fk_process_version_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["runs"], ["document.sha256"], name=op.f("fk_process_version_runs")
        ),
        sa.UniqueConstraint(
            "name",
            "sha256",
            "needs",
            name=op.f("uq_process_version_name_sha256_needs"),
        ),
    )
