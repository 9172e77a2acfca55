"""
Indexes for what was slow with a million open reviews.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OLDEST = "0019"
"""Whoever does not know the indexes runs as well."""


_OPEN = "is_open = 1"
_MOVED = "is_open = 1 AND windows <> '[]'"
_POOLED = "is_open = 1 AND assignee IS NULL"


def upgrade() -> None:
    """
    Create the indexes, and those anew that know more from now on.
    """
    _workflows()
    _tasks()
    _of_some(
        "ix_event_first", "workflow_event", ["timestamp", "workflow_id"], "seq = 1"
    )
    # It held only the messages that wait until now.
    op.drop_index("ix_outbox_workflow", "outbox")
    op.create_index("ix_outbox_workflow", "outbox", ["workflow_id"])


def _workflows() -> None:
    table = "workflow_instance"
    op.create_index("ix_workflow_submitter", table, ["submitted_by", "number"])
    op.create_index("ix_workflow_process", table, ["process", "number"])
    op.create_index("ix_workflow_created", table, ["created_at"])
    _of_some("ix_workflow_owner", table, ["owner", "number"], "owner IS NOT NULL")


def _tasks() -> None:
    table = "approval_task"
    for name in ("ix_task_late", "ix_task_open", "ix_task_role"):
        op.drop_index(name, table)
    # SQLite takes the index of which a statement names the most columns.
    sqlite = op.get_bind().dialect.name == "sqlite"
    null, end = (["assignee"], "_null") if sqlite else ([], "")
    _of_some(f"ix_task_role{end}", table, [*null, "role", "due_at", "id"], _POOLED)
    _of_some(f"ix_task_pool{end}", table, [*null, "candidates", "workflow_id"], _POOLED)
    _of_some("ix_task_late", table, ["due_at", "id", "workflow_id"], _OPEN)
    _of_some("ix_task_open", table, ["role", "due_at", "id"], _OPEN)
    _of_some("ix_task_moved", table, ["workflow_id"], _MOVED)
    _of_some("ix_task_given", table, ["assignee", "number"], "assignee IS NOT NULL")
    op.create_index("ix_task_due", table, ["due_at", "id"])


def _of_some(name: str, table: str, columns: list[str], where: str) -> None:
    rows = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)
