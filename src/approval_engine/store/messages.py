"""
Outbox rows: messages to send, stored in the transaction that they tell of.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, null, select, update

from approval_engine.store import prepared
from approval_engine.store.database import Transaction
from approval_engine.store.schema import OUTBOX
from approval_engine.store.schema.base import word


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """
    One message to one recipient; its id follows from the event, so it never changes.
    """

    event_id: str
    workflow_id: str
    task_id: str | None
    kind: str
    recipient: str

    @property
    def id(self) -> str:
        """
        The identity that every delivery attempt carries.
        """
        return f"{self.event_id}:{self.kind}:{self.recipient}"


_ENQUEUE = prepared.insert(OUTBOX)
_CANCEL = prepared.change(
    update(OUTBOX)
    .where(
        OUTBOX.c.task_id == bindparam("the_task"), OUTBOX.c.status == word("waiting")
    )
    .values(status=word("cancelled"), next_attempt_at=null())
)


def enqueue(transaction: Transaction, messages: Iterable[Message], at: str) -> None:
    """
    Store messages that wait to be sent from `at` on.
    """
    rows = [
        {name: getattr(message, name) for name in Message.__slots__}
        | {
            "id": message.id,
            "status": "waiting",
            "attempts": 0,
            "next_attempt_at": at,
            "created_at": at,
        }
        for message in messages
    ]
    _ENQUEUE.later(transaction, rows)


def cancel(transaction: Transaction, task_ids: Iterable[str]) -> None:
    """
    Nothing is sent any more for these tasks.
    """
    _CANCEL.later(transaction, [{"the_task": task_id} for task_id in task_ids])


def of(transaction: Transaction, workflow_id: str) -> tuple[Message, ...]:
    """
    Every message of a workflow, sent or not, by id.
    """
    query = (
        select(*(OUTBOX.c[name] for name in Message.__slots__))
        .where(OUTBOX.c.workflow_id == workflow_id)
        .order_by(OUTBOX.c.id)
    )
    return tuple(Message(**row._mapping) for row in transaction.execute(query))  # noqa: SLF001 public in SQLAlchemy
