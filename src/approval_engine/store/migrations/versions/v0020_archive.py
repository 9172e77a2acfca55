"""
An archive for the logs of ended reviews, on PostgreSQL divided by month.

An event may leave the log of every day once the very same row lies in the archive, and
what lies there is never changed or taken away.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OLDEST = "0019"
"""Programs of before may go on as long as nothing is archived; who archives says so."""

_EVENT = (
    "id", "workflow_id", "seq", "task_id", "action", "actor", "on_behalf_of",
    "channel", "timestamp", "data", "natural_key", "prev_hash", "hash",
)  # fmt: skip
_OVERRIDES = "action IN ('override_requested', 'override_refused', 'overridden')"
_ENDED = "status <> 'pending' AND (archived_seq IS NULL OR archived_seq < seq)"

# Whoever changed one column of the copy would lose the event as it was.
_KEPT = (
    "SELECT 1 FROM archived_event a WHERE a.workflow_id = OLD.workflow_id"
    " AND a.seq = OLD.seq AND {same}"
)

_REFUSE_LOSS = """
CREATE FUNCTION refuse_event_loss() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    place text := (
        SELECT archived_month FROM workflow_instance WHERE id = OLD.workflow_id
    );
BEGIN
    IF EXISTS (<kept>) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'workflow_event is append-only';
END $$
"""

# What is refused of each table; texts and origins speak of persons and may be erased.
_GUARDS = (
    ("archived_event", "UPDATE"),
    ("archived_event", "DELETE"),
    ("archived_text", "UPDATE"),
)


def upgrade() -> None:
    """
    Create the tables, the two columns that lead to them, and the guards.
    """
    op.add_column("workflow_instance", sa.Column("archived_month", sa.Text()))
    op.add_column("workflow_instance", sa.Column("archived_seq", sa.Integer()))
    _index("ix_workflow_ended", "workflow_instance", ["updated_at", "id"], _ENDED)
    # No event could leave if each had to be looked for in all messages.
    op.create_index("ix_outbox_event", "outbox", ["event_id"])
    _tables()
    _index("ix_archived_override", "archived_event", ["timestamp", "id"], _OVERRIDES)
    op.create_index("ix_archived_origin_timestamp", "archived_origin", ["timestamp"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def _tables() -> None:
    texts = ("event_id", "salt", "body")
    origins = ("event_id", "method", "credential", "address", "agent", "timestamp")
    events = ("id", "action", "actor", "channel", "timestamp", "data", "prev_hash")
    _table(
        "archived_event", (*events, "hash"), ("task_id", "on_behalf_of", "natural_key")
    )
    _table("archived_text", texts, ())
    _table("archived_origin", origins, ("proved_at",))


def _table(name: str, filled: tuple[str, ...], may_lack: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        *(sa.Column(each, sa.Text(), nullable=False) for each in filled),
        *(sa.Column(each, sa.Text(), nullable=True) for each in may_lack),
        sa.PrimaryKeyConstraint("workflow_id", "seq", "month", name=op.f(f"pk_{name}")),
        postgresql_partition_by="LIST (month)",
    )


def _guard_sqlite() -> None:
    same = " AND ".join(f"a.{name} IS OLD.{name}" for name in _EVENT)
    op.execute("DROP TRIGGER workflow_event_no_delete")
    op.execute(
        "CREATE TRIGGER workflow_event_no_delete BEFORE DELETE ON workflow_event"
        f" WHEN NOT EXISTS ({_KEPT.format(same=same)})"
        " BEGIN SELECT RAISE(ABORT, 'workflow_event is append-only'); END"
    )
    for table, verb in _GUARDS:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _guard_postgresql() -> None:
    ours, theirs = (", ".join(f"{of}.{name}" for name in _EVENT) for of in ("OLD", "a"))
    kept = _KEPT.format(
        same=f"a.month = place AND ({theirs}) IS NOT DISTINCT FROM ({ours})"
    )
    op.execute(_REFUSE_LOSS.replace("<kept>", kept))
    op.execute("DROP TRIGGER workflow_event_append_only ON workflow_event")
    op.execute(
        "CREATE TRIGGER workflow_event_append_only"
        " BEFORE UPDATE OR TRUNCATE ON workflow_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()"
    )
    op.execute(
        "CREATE TRIGGER workflow_event_no_delete BEFORE DELETE ON workflow_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_event_loss()"
    )
    for table, verb in _GUARDS:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    for table in dict.fromkeys(table for table, _ in _GUARDS):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
