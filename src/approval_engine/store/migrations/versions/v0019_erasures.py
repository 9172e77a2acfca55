"""
What was erased of whom, in a chain of its own that nobody may change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Create the table and its guards.
    """
    op.create_table(
        "erasure",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("erased_at", sa.Text(), nullable=False),
        sa.Column("erased_by", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_erasure")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER erasure_no_{verb.lower()} BEFORE {verb} ON erasure"
                " BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_erasure_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'erasure is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER erasure_append_only"
        " BEFORE UPDATE OR DELETE OR TRUNCATE ON erasure"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_change()"
    )
