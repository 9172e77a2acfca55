"""
What became of outbox rows that a sender had claimed: sent, tried again, or dead.

The number of the try fences off a sender that was too slow.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    null,
    select,
    update,
)

from approval_engine.store import upsert
from approval_engine.store.database import Transaction
from approval_engine.store.schema import LETTER_PART, OUTBOX, OUTBOX_FAILURE

MARK = "webhook="
"""How the recipient of a webhook's message begins; no person's id has a `=` in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """
    One message that is ours for a while. `attempts` counts this try already.

    `letter` is the mail that it was put into at an earlier try.
    """

    id: str
    event_id: str
    workflow_id: str
    task_id: str | None
    kind: str
    recipient: str
    attempts: int
    created_at: str
    letter: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """
    One row of the outbox, and why its last try failed.
    """

    id: str
    workflow_id: str
    task_id: str | None
    kind: str
    recipient: str
    status: str
    attempts: int
    next_attempt_at: str | None
    created_at: str
    detail: str | None


def bind(transaction: Transaction, letter: str, messages: Iterable[str]) -> None:
    """
    Remember that these messages go out as one mail, at this try and all later ones.
    """
    rows = [{"message_id": each, "letter_id": letter} for each in messages]
    transaction.execute(LETTER_PART.insert(), rows)


def unbind(transaction: Transaction, message_id: str) -> None:
    """
    Forget in which mail a message was to go out.
    """
    transaction.execute(
        delete(LETTER_PART).where(LETTER_PART.c.message_id == message_id)
    )


def sent(transaction: Transaction, message: Claimed) -> None:
    """
    It arrived, whoever claimed it since.
    """
    waits = and_(OUTBOX.c.id == message.id, OUTBOX.c.status == "waiting")
    _settle(transaction, waits, "sent")


def cancelled(transaction: Transaction, message: Claimed) -> None:
    """
    Nobody needs it any more.
    """
    _settle(transaction, _still(message), "cancelled")


def dead(transaction: Transaction, message: Claimed, at: str, detail: str) -> None:
    """
    It is given up; somebody must look at it.
    """
    _settle(transaction, _still(message), "dead")
    _note(transaction, message, at, detail)


def again(
    transaction: Transaction, message: Claimed, next_at: str, at: str, detail: str
) -> None:
    """
    It did not arrive and is tried again from `next_at` on.
    """
    transaction.execute(
        update(OUTBOX).where(_still(message)).values(next_attempt_at=next_at)
    )
    _note(transaction, message, at, detail)


def release(transaction: Transaction, message: Claimed, next_at: str) -> None:
    """
    It was not tried after all; the claim counts for nothing.
    """
    transaction.execute(
        update(OUTBOX)
        .where(_still(message))
        .values(next_attempt_at=next_at, attempts=message.attempts - 1)
    )


def postpone(transaction: Transaction, webhook_id: str, until: str) -> None:
    """
    Leave a webhook that does not answer in peace until then.
    """
    transaction.execute(
        update(OUTBOX)
        .where(
            OUTBOX.c.status == "waiting",
            OUTBOX.c.recipient == MARK + webhook_id,
            OUTBOX.c.next_attempt_at < until,
        )
        .values(next_attempt_at=until)
    )


def cancel_all(transaction: Transaction, webhook_id: str) -> None:
    """
    Nothing more is sent to a webhook.
    """
    transaction.execute(
        update(OUTBOX)
        .where(OUTBOX.c.status == "waiting", OUTBOX.c.recipient == MARK + webhook_id)
        .values(status="cancelled", next_attempt_at=null())
    )


def revive(transaction: Transaction, message_id: str, at: str) -> str | None:
    """
    Try a dead or waiting message anew, from now on; the status it had, None if unknown.
    """
    query = select(OUTBOX.c.status).where(OUTBOX.c.id == message_id).with_for_update()
    status = transaction.execute(query).scalar_one_or_none()
    if status in {"dead", "waiting"}:
        transaction.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id == message_id)
            .values(status="waiting", attempts=0, next_attempt_at=at)
        )
    return status


def abandon(transaction: Transaction, message_id: str) -> str | None:
    """
    Give a dead or waiting message up; the status it had, None if unknown.
    """
    query = select(OUTBOX.c.status).where(OUTBOX.c.id == message_id).with_for_update()
    status = transaction.execute(query).scalar_one_or_none()
    if status in {"dead", "waiting"}:
        mine = OUTBOX.c.id == message_id
        _settle(transaction, mine, "cancelled")
    return status


def listed(
    transaction: Transaction, status: str | None, limit: int
) -> tuple[Listed, ...]:
    """
    Rows of the outbox, oldest first, with the reason of the last failure.
    """
    shown = [OUTBOX.c[name] for name in Listed.__slots__ if name != "detail"]
    query = (
        select(*shown, OUTBOX_FAILURE.c.detail)
        .outerjoin(OUTBOX_FAILURE, OUTBOX_FAILURE.c.message_id == OUTBOX.c.id)
        .order_by(OUTBOX.c.created_at, OUTBOX.c.id)
        .limit(limit)
    )
    if status:
        query = query.where(OUTBOX.c.status == status)
    return tuple(Listed(**row._mapping) for row in transaction.execute(query))  # noqa: SLF001 public in SQLAlchemy


def _still(message: Claimed) -> ColumnElement[bool]:
    """
    The row as this sender claimed it, and nobody after him.
    """
    return and_(
        OUTBOX.c.id == message.id,
        OUTBOX.c.status == "waiting",
        OUTBOX.c.attempts == message.attempts,
    )


def _settle(
    transaction: Transaction, condition: ColumnElement[bool], status: str
) -> None:
    transaction.execute(
        update(OUTBOX).where(condition).values(status=status, next_attempt_at=null())
    )


def _note(transaction: Transaction, message: Claimed, at: str, detail: str) -> None:
    values = {"failed_at": at, "detail": detail}
    transaction.execute(
        upsert.insert(transaction, OUTBOX_FAILURE)
        .values(message_id=message.id, **values)
        .on_conflict_do_update(index_elements=["message_id"], set_=values)
    )
