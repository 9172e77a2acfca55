"""
A workflow knows what it supersedes, and the fingerprint of what it decides.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """
    Add the two columns, and the index that lets a workflow have one successor.
    """
    for name in ("supersedes", "fingerprint"):
        op.add_column("workflow_instance", sa.Column(name, sa.Text()))
    op.create_index(
        "uq_workflow_supersedes",
        "workflow_instance",
        ["supersedes"],
        unique=True,
        sqlite_where=sa.text("supersedes IS NOT NULL"),
        postgresql_where=sa.text("supersedes IS NOT NULL"),
    )
