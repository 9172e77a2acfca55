"""
Where sessions come from and how they were proved, links to other log-ins, origins.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SESSION = (("address", ""), ("agent", ""), ("method", "password"), ("lent", ""))


def upgrade() -> None:
    """
    Add the columns and the two tables.
    """
    for name, default in _SESSION:
        op.add_column(
            "web_session",
            sa.Column(name, sa.Text(), nullable=False, server_default=default),
        )
    op.add_column("web_session", sa.Column("proved_at", sa.Text(), nullable=True))
    op.add_column("api_token", sa.Column("seen_at", sa.Text(), nullable=True))
    op.create_table(
        "linked_identity",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.Text(), nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_linked_identity")),
    )
    op.create_table(
        "event_origin",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("proved_at", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_origin")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["workflow_event.id"], name=op.f("fk_event_origin_event_id")
        ),
    )
