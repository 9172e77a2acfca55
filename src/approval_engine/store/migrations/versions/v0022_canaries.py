"""
Canaries: a new policy version beside the one in force, and what both say of each quote.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OLDEST = "0019"
"""Programs of before may go on until a canary runs; who starts one says so."""

_GUARDS = (
    ("policy_canary", "DELETE"),
    ("policy_canary_quote", "UPDATE"),
    ("policy_canary_quote", "DELETE"),
    ("policy_canary_event", "UPDATE"),
    ("policy_canary_event", "DELETE"),
)


def upgrade() -> None:
    """
    Create the three tables and their guards.
    """
    _canary()
    _quotes()
    _events()
    if op.get_bind().dialect.name == "sqlite":
        for table, verb in _GUARDS:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
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


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=optional)


def _number(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=optional)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def _canary() -> None:
    table = "policy_canary"
    op.create_table(
        table,
        _number("number"),
        *map(_text, ("name", "version", "sha256", "against", "status")),
        _number("running", optional=True),
        _number("share"),
        *map(_text, ("segment", "since", "terms")),
        _text("seen", optional=True),
        _text("seen_at", optional=True),
        *map(_text, ("started_at", "started_by")),
        _text("ended_at", optional=True),
        _text("ended_by", optional=True),
        sa.Column("comment", sa.Text(), nullable=False, server_default=""),
        _text("told_at", optional=True),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("running", name=op.f(f"uq_{table}_running")),
        _refers(table, "sha256", "document.sha256"),
        _refers(table, "against", "document.sha256"),
        sa.CheckConstraint(
            "status IN ('shadow', 'canary', 'promoted', 'stopped')",
            name=op.f(f"ck_{table}_status"),
        ),
        sa.CheckConstraint("running = 1", name=op.f(f"ck_{table}_running")),
    )


def _quotes() -> None:
    table = "policy_canary_quote"
    op.create_table(
        table,
        _number("canary"),
        *map(_text, ("workflow_id", "quote_id")),
        _number("quote_revision"),
        *map(_text, ("side", "rule")),
        *map(_number, ("place", "share", "counted", "automatic")),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        *map(_number, ("differs", "failed")),
        *map(_text, ("active", "canary_says", "submitted_at")),
        sa.PrimaryKeyConstraint("canary", "workflow_id", name=op.f(f"pk_{table}")),
        _refers(table, "canary", "policy_canary.number"),
        _refers(table, "workflow_id", "workflow_instance.id"),
        sa.CheckConstraint(
            "side IN ('active', 'canary')", name=op.f(f"ck_{table}_side")
        ),
    )
    op.create_index(f"ix_{table}_differs", table, ["canary", "differs", "submitted_at"])


def _events() -> None:
    table = "policy_canary_event"
    op.create_table(
        table,
        *map(_number, ("canary", "seq")),
        *map(_text, ("action", "actor", "channel", "timestamp", "data")),
        sa.PrimaryKeyConstraint("canary", "seq", name=op.f(f"pk_{table}")),
        _refers(table, "canary", "policy_canary.number"),
    )
