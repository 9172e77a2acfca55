"""
The outbox as pages show it: what waits, what is stuck and why, what was sent lately.
"""

from typing import Any

from sqlalchemy import Column, Select, literal_column, select, text, tuple_

from approval_engine.store.database import Transaction
from approval_engine.store.delivery import MARK, Listed
from approval_engine.store.schema import OUTBOX, OUTBOX_FAILURE
from approval_engine.store.schema.events import TO_WEBHOOKS

WAITING, DEAD, SENT = "waiting", "dead", "sent"

# What waits is read in the order in which it is tried, the rest newest first.
_PLACES: dict[str, Column[str]] = {
    WAITING: OUTBOX.c.next_attempt_at,
    DEAD: OUTBOX.c.created_at,
    SENT: OUTBOX.c.created_at,
}


def page(
    transaction: Transaction, status: str, after: tuple[str, str] | None, limit: int
) -> tuple[Listed, ...]:
    """
    Messages of one status; `after` is where the page before ended.
    """
    at = _PLACES[status]
    place = tuple_(at, OUTBOX.c.id)
    query = _shown().where(OUTBOX.c.status == literal_column(f"'{status}'"))
    if status == WAITING:
        query = query.order_by(at, OUTBOX.c.id)
        beyond = place > tuple_(*after) if after else None
    else:
        query = query.order_by(at.desc(), OUTBOX.c.id.desc())
        beyond = place < tuple_(*after) if after else None
    if beyond is not None:
        query = query.where(beyond)
    return _listed(transaction, query.limit(limit))


def place_of(message: Listed, status: str) -> tuple[str, str]:
    """
    Where the next page goes on behind this message.
    """
    at = message.next_attempt_at if status == WAITING else message.created_at
    return at or "", message.id


def of_workflow(
    transaction: Transaction, workflow_id: str, limit: int
) -> tuple[Listed, ...]:
    """
    The messages of one workflow, whatever became of them.
    """
    mine = OUTBOX.c.workflow_id == workflow_id
    query = _shown().where(mine).order_by(OUTBOX.c.created_at.desc(), OUTBOX.c.id)
    return _listed(transaction, query.limit(limit))


def of_webhook(
    transaction: Transaction,
    webhook_id: str,
    before: tuple[str, str] | None,
    limit: int,
) -> tuple[Listed, ...]:
    """
    What a webhook was told or is to be told; `before` is where the page before ended.
    """
    place = tuple_(OUTBOX.c.created_at, OUTBOX.c.id)
    mine = OUTBOX.c.recipient == f"{MARK}{webhook_id}"
    # In the very words of the index, or SQLite does not use it.
    query = _shown().where(mine, text(TO_WEBHOOKS))
    query = query.order_by(OUTBOX.c.created_at.desc(), OUTBOX.c.id.desc())
    if before is not None:
        query = query.where(place < tuple_(*before))
    return _listed(transaction, query.limit(limit))


def _shown() -> Select[Any]:
    shown = [OUTBOX.c[name] for name in Listed.__slots__ if name != "detail"]
    return select(*shown, OUTBOX_FAILURE.c.detail).outerjoin(
        OUTBOX_FAILURE, OUTBOX_FAILURE.c.message_id == OUTBOX.c.id
    )


def _listed(transaction: Transaction, query: Select[Any]) -> tuple[Listed, ...]:
    return tuple(Listed(**row._mapping) for row in transaction.execute(query))  # noqa: SLF001 public in SQLAlchemy
