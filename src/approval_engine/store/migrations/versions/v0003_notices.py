"""
Letters, failed tries, links in mails, webhooks, and the trigger that feeds them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WAITING = sa.text("status = 'waiting'")

# A webhook is told in the transaction of the event, whichever command recorded it.
_FEED = """
INSERT INTO outbox (id, event_id, workflow_id, kind, recipient, status, attempts,
    next_attempt_at, created_at)
SELECT e.id || ':' || e.action || ':' || 'webhook=' || k.webhook_id, e.id,
    e.workflow_id, e.action, 'webhook=' || k.webhook_id, 'waiting', 0,
    e.timestamp, e.timestamp
FROM {events} JOIN webhook_kind k ON k.action = e.action
"""


def upgrade() -> None:
    """
    Create the tables, two indexes of the outbox, and the trigger on the event log.
    """
    _letter_part()
    _outbox_failure()
    _mail_link()
    _webhook()
    op.create_index(
        "ix_outbox_recipient",
        "outbox",
        ["recipient", "next_attempt_at", "id"],
        unique=False,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_index(
        "ix_outbox_workflow",
        "outbox",
        ["workflow_id"],
        unique=False,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    if op.get_bind().dialect.name == "sqlite":
        _feed_sqlite()
    else:
        _feed_postgresql()


def _letter_part() -> None:
    op.create_table(
        "letter_part",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox.id"], name=op.f("fk_letter_part_message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_letter_part")),
    )


def _outbox_failure() -> None:
    op.create_table(
        "outbox_failure",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox.id"], name=op.f("fk_outbox_failure_message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox_failure")),
    )


def _mail_link() -> None:
    op.create_table(
        "mail_link",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("quote_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_mail_link")),
        sa.UniqueConstraint("id", name=op.f("uq_mail_link_id")),
    )
    op.create_index("ix_mail_link_expires", "mail_link", ["expires_at"], unique=False)


def _webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "shape IN ('json', 'slack', 'teams')", name=op.f("ck_webhook_shape")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_kind",
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_kind_webhook_id")
        ),
        sa.PrimaryKeyConstraint("action", "webhook_id", name=op.f("pk_webhook_kind")),
    )


def _feed_sqlite() -> None:
    # `e` is the one new row: a trigger may select from it only by its columns.
    names = ("id", "workflow_id", "action", "timestamp")
    row = ", ".join(f"NEW.{name} AS {name}" for name in names)
    feed = _FEED.format(events=f"(SELECT {row}) e")
    op.execute(
        "CREATE TRIGGER workflow_event_feeds_webhooks AFTER INSERT ON workflow_event"
        f" BEGIN {feed}; END"
    )


def _feed_postgresql() -> None:
    feed = _FEED.format(events="added e")
    op.execute(
        "CREATE FUNCTION feed_webhooks() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {feed}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER workflow_event_feeds_webhooks AFTER INSERT ON workflow_event"
        " REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION feed_webhooks()"
    )
