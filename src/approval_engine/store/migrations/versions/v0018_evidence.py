"""
Signed checkpoints, and guards for what decisions rest on beside their log.

What people wrote, quotes and the directory speak of persons: they may be erased, and
texts are never changed. A policy, a plan, a definition is neither.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ERASABLE = "OLD.kind NOT IN ('quote', 'directory')"

# Table, what is refused, and of which rows.
_GUARDS = (
    ("checkpoint", "UPDATE", None),
    ("checkpoint", "DELETE", None),
    ("document", "UPDATE", _ERASABLE),
    ("document", "DELETE", _ERASABLE),
    ("event_text", "UPDATE", None),
    (
        "policy",
        "UPDATE OF name, version, sha256, published_at, published_by, accepted",
        None,
    ),
    ("policy", "DELETE", None),
    ("process_version", "UPDATE", None),
    ("process_version", "DELETE", None),
)


def upgrade() -> None:
    """
    Create the table and the guards.
    """
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoint")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    for table, change, rows in _GUARDS:
        verb = change.partition(" ")[0].lower()
        when = f" WHEN {rows}" if rows else ""
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {change} ON {table}{when}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table, change, rows in _GUARDS:
        verb = change.partition(" ")[0].lower()
        when = f" WHEN ({rows})" if rows else ""
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {change} ON {table}"
            f" FOR EACH ROW{when} EXECUTE FUNCTION refuse_change()"
        )
    for table in dict.fromkeys(table for table, _, _ in _GUARDS):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
