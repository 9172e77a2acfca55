"""
Rows that nobody needs after some time, deleted in small portions, oldest first.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, Table, and_, delete, select

from approval_engine.documents import canonical, load
from approval_engine.store.catalog import set_setting, setting
from approval_engine.store.database import Transaction
from approval_engine.store.schema import (
    ARCHIVED_ORIGIN,
    ARCHIVED_TEXT,
    EVENT,
    EVENT_ORIGIN,
    EVENT_TEXT,
    IDEMPOTENCY,
    LETTER_PART,
    LOGIN_FAILURE,
    MAIL_LINK,
    OUTBOX,
    OUTBOX_FAILURE,
    REPLY,
    SESSION,
    WORKFLOW,
)

DAYS: Mapping[str, int | None] = {
    "answers": 30,
    "messages": 90,
    "origins": 365,
    "texts": None,
    "log_ins": 7,
}
"""How many days each kind is kept unless told otherwise; None is for ever."""

PORTION = 500
"""How many rows of a kind one transaction deletes at most."""

_RETENTION = "retention"
_GONE = "messages_gone"

SETTLED = ("sent", "cancelled")
"""What becomes of a message that nobody has to look at."""


def retention(transaction: Transaction) -> dict[str, int | None]:
    """
    For how many days each kind is kept by now.
    """
    changed: Any = load((setting(transaction, _RETENTION) or "{}").encode())
    return {**DAYS, **changed}


def keep_for(transaction: Transaction, days: Mapping[str, int | None]) -> None:
    """
    Keep each kind for so many days from now on.
    """
    set_setting(transaction, _RETENTION, canonical(days).decode())


def messages_gone_before(transaction: Transaction) -> str:
    """
    Messages of events before that instant may be gone; "" if none was ever deleted.
    """
    return setting(transaction, _GONE) or ""


def answers(transaction: Transaction, before: str) -> int:
    """
    What was answered under an idempotency key before that instant.
    """
    kept = select(*IDEMPOTENCY.primary_key).where(IDEMPOTENCY.c.created_at < before)
    told = select(*REPLY.primary_key).where(
        REPLY.c.claimed_at < before, REPLY.c.status.is_not(None)
    )
    return _by_keys(transaction, IDEMPOTENCY, kept) + _by_keys(transaction, REPLY, told)


def messages(transaction: Transaction, before: str) -> int:
    """
    Settled messages of events before that instant, and which letters they were in.
    """
    query = (
        select(OUTBOX.c.id)
        .join(EVENT, EVENT.c.id == OUTBOX.c.event_id)
        .where(OUTBOX.c.status.in_(SETTLED), EVENT.c.timestamp < before)
    )
    ids = transaction.execute(query.limit(PORTION)).scalars().all()
    if ids:
        gone = max(before, messages_gone_before(transaction))
        set_setting(transaction, _GONE, gone)
    for table in (LETTER_PART, OUTBOX_FAILURE):
        transaction.execute(delete(table).where(table.c.message_id.in_(ids)))
    return transaction.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(ids))).rowcount


def origins(transaction: Transaction, before: str) -> int:
    """
    From where and by which log-in older events came.
    """
    query = (
        select(EVENT_ORIGIN.c.event_id)
        .join(EVENT, EVENT.c.id == EVENT_ORIGIN.c.event_id)
        .where(EVENT.c.timestamp < before)
    )
    put_away = select(*ARCHIVED_ORIGIN.primary_key).where(
        ARCHIVED_ORIGIN.c.timestamp < before
    )
    return _by_keys(transaction, EVENT_ORIGIN, query) + _by_keys(
        transaction, ARCHIVED_ORIGIN, put_away
    )


def texts(transaction: Transaction, before: str) -> int:
    """
    What people wrote in reviews that ended before that instant.
    """
    ended = and_(WORKFLOW.c.status != "pending", WORKFLOW.c.updated_at < before)
    query = (
        select(EVENT_TEXT.c.event_id)
        .join(EVENT, EVENT.c.id == EVENT_TEXT.c.event_id)
        .join(WORKFLOW, WORKFLOW.c.id == EVENT.c.workflow_id)
        .where(ended)
    )
    put_away = (
        select(*ARCHIVED_TEXT.primary_key)
        .join(WORKFLOW, WORKFLOW.c.id == ARCHIVED_TEXT.c.workflow_id)
        # No review ends before the month that its log was put away under.
        .where(ended, ARCHIVED_TEXT.c.month <= before[:7])
    )
    return _by_keys(transaction, EVENT_TEXT, query) + _by_keys(
        transaction, ARCHIVED_TEXT, put_away
    )


def log_ins(transaction: Transaction, before: str) -> int:
    """
    Sessions, failed log-ins and links of mails that were over before that instant.
    """
    sessions = select(SESSION.c.token_sha256).where(SESSION.c.seen_at < before)
    failures = select(LOGIN_FAILURE.c.source_sha256).where(
        LOGIN_FAILURE.c.failed_at < before
    )
    links = select(MAIL_LINK.c.token_sha256).where(MAIL_LINK.c.expires_at < before)
    return (
        _by_keys(transaction, SESSION, sessions)
        + _by_keys(transaction, LOGIN_FAILURE, failures)
        + _by_keys(transaction, MAIL_LINK, links)
    )


KINDS: Mapping[str, Callable[[Transaction, str], int]] = {
    "answers": answers,
    "messages": messages,
    "origins": origins,
    "texts": texts,
    "log_ins": log_ins,
}
"""What can be kept for some time only, by its name."""


def _by_keys(transaction: Transaction, table: Table, query: Select[Any]) -> int:
    gone = 0
    for row in transaction.execute(query.limit(PORTION)).all():
        mine = zip(table.primary_key, row, strict=True)
        statement = delete(table).where(*(column == value for column, value in mine))
        gone += transaction.execute(statement).rowcount
    return gone
