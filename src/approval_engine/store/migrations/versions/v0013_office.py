"""
What an administrator looks for: ends, overrides, messages, and notes on incidents.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Add the indexes of the administration, and what is noted of a closed incident.
    """
    op.add_column("incident", sa.Column("note", sa.Text(), nullable=True))
    _partial(
        "ix_workflow_ending",
        ("workflow_instance", "next_due_at"),
        "status = 'approved' AND next_due_at IS NOT NULL",
    )
    _partial(
        "ix_event_override",
        ("workflow_event", "timestamp"),
        "action IN ('override_requested', 'override_refused', 'overridden')",
    )
    for status in ("dead", "sent"):
        name = f"ix_outbox_{status}"
        _partial(name, ("outbox", "created_at"), f"status = '{status}'")
    _partial(
        "ix_outbox_webhook",
        ("outbox", "recipient", "created_at"),
        "substr(recipient, 1, 8) = 'webhook='",
    )


def _partial(name: str, by: tuple[str, ...], where: str) -> None:
    table, *columns = by
    op.create_index(
        name,
        table,
        [*columns, "id"],
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
