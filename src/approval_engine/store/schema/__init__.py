"""
The tables. Every index, constraint and lock says what it is for on the line above it.

Instants are fixed-width RFC 3339 UTC text, so that text order is time order on every
database; documents and states are bytes, never a JSON type that reorders keys.
"""

from approval_engine.store.schema.accounts import (
    API_TOKEN,
    CREDENTIAL,
    EVENT_ORIGIN,
    IDENTITY,
    LOGIN_FAILURE,
    SAVED_VIEW,
    SESSION,
)
from approval_engine.store.schema.archive import (
    ARCHIVED,
    ARCHIVED_EVENT,
    ARCHIVED_ORIGIN,
    ARCHIVED_TEXT,
)
from approval_engine.store.schema.attachments import ATTACHMENT
from approval_engine.store.schema.base import METADATA, SQLITE_ONLY
from approval_engine.store.schema.canaries import CANARY, CANARY_EVENT, CANARY_QUOTE
from approval_engine.store.schema.catalog import (
    COUNTER,
    DELEGATION,
    DOCUMENT,
    EXCHANGE_RATE,
    POLICY,
    QUOTE,
    SEQUENCES,
    SETTING,
    WINDOW_SWEEP,
)
from approval_engine.store.schema.checkpoints import CHECKPOINT
from approval_engine.store.schema.drafts import (
    POLICY_DRAFT,
    POLICY_DRAFT_SAVE,
    POLICY_SCENARIO,
)
from approval_engine.store.schema.erasures import ERASURE
from approval_engine.store.schema.events import (
    EVENT,
    EVENT_TEXT,
    IDEMPOTENCY,
    INCIDENT,
    OUTBOX,
)
from approval_engine.store.schema.exceptions import EXCEPTION
from approval_engine.store.schema.notices import (
    LETTER_PART,
    MAIL_LINK,
    OUTBOX_FAILURE,
    WEBHOOK,
    WEBHOOK_KIND,
)
from approval_engine.store.schema.processes import PROCESS_VERSION
from approval_engine.store.schema.replies import REPLY
from approval_engine.store.schema.workers import TIMER_CLAIM, WORKER
from approval_engine.store.schema.workflows import TASK, TASK_AHEAD, WORKFLOW

__all__ = [
    "API_TOKEN",
    "ARCHIVED",
    "ARCHIVED_EVENT",
    "ARCHIVED_ORIGIN",
    "ARCHIVED_TEXT",
    "ATTACHMENT",
    "CANARY",
    "CANARY_EVENT",
    "CANARY_QUOTE",
    "CHECKPOINT",
    "COUNTER",
    "CREDENTIAL",
    "DELEGATION",
    "DOCUMENT",
    "ERASURE",
    "EVENT",
    "EVENT_ORIGIN",
    "EVENT_TEXT",
    "EXCEPTION",
    "EXCHANGE_RATE",
    "IDEMPOTENCY",
    "IDENTITY",
    "INCIDENT",
    "LETTER_PART",
    "LOGIN_FAILURE",
    "MAIL_LINK",
    "METADATA",
    "OUTBOX",
    "OUTBOX_FAILURE",
    "POLICY",
    "POLICY_DRAFT",
    "POLICY_DRAFT_SAVE",
    "POLICY_SCENARIO",
    "PROCESS_VERSION",
    "QUOTE",
    "REPLY",
    "SAVED_VIEW",
    "SEQUENCES",
    "SESSION",
    "SETTING",
    "SQLITE_ONLY",
    "TASK",
    "TASK_AHEAD",
    "TIMER_CLAIM",
    "WEBHOOK",
    "WEBHOOK_KIND",
    "WINDOW_SWEEP",
    "WORKER",
    "WORKFLOW",
]
