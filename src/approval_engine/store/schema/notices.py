"""
Tables of what leaves the house: letters, failed tries, links in mails, and webhooks.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    text,
)

from approval_engine.store.schema.base import METADATA
from approval_engine.store.schema.events import OUTBOX

# What was once put into one mail stays in it: every try carries the same Message-ID.
LETTER_PART = Table(
    "letter_part",
    METADATA,
    Column("message_id", Text, ForeignKey("outbox.id"), primary_key=True),
    Column("letter_id", Text, nullable=False),
)

# The last failure of each message, apart from the row that every command writes.
OUTBOX_FAILURE = Table(
    "outbox_failure",
    METADATA,
    Column("message_id", Text, ForeignKey("outbox.id"), primary_key=True),
    Column("failed_at", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

MAIL_LINK = Table(
    "mail_link",
    METADATA,
    # Only the hash of the token is stored: a copy of the table opens no door.
    Column("token_sha256", Text, primary_key=True),
    # What the address bar shows once the token was exchanged; it is no secret.
    Column("id", Text, nullable=False, unique=True),
    Column("workflow_id", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("action", Text),
    Column("quote_sha256", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    # The sweeper's question: which links are over?
    Index("ix_mail_link_expires", "expires_at"),
)

WEBHOOK = Table(
    "webhook",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("shape", Text, nullable=False),
    # The name of a secret of the environment, never the secret.
    Column("secret", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("ended_at", Text),
    CheckConstraint("shape IN ('json', 'slack', 'teams')", name="shape"),
)

# What a running webhook is told. The event log's trigger reads it by fact, so the fact
# comes first in the key; an ended webhook has no rows here.
WEBHOOK_KIND = Table(
    "webhook_kind",
    METADATA,
    Column("action", Text, primary_key=True),
    Column("webhook_id", Text, ForeignKey("webhook.id"), primary_key=True),
)

# The sender's question: what else is due for this person or webhook?
Index(
    "ix_outbox_recipient",
    OUTBOX.c.recipient,
    OUTBOX.c.next_attempt_at,
    OUTBOX.c.id,
    sqlite_where=text("status = 'waiting'"),
    postgresql_where=text("status = 'waiting'"),
)

# The order of a workflow: does an earlier message of it still wait? And: what was ever
# said of it?
Index("ix_outbox_workflow", OUTBOX.c.workflow_id)
