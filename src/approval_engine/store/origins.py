"""
Rows that say from where an event came: how its author had proved who he is, and when.

They stand beside the chained events, so that addresses of people can be erased.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from approval_engine.store import archived, prepared
from approval_engine.store.database import Transaction
from approval_engine.store.schema import EVENT, EVENT_ORIGIN


@dataclass(frozen=True, kw_only=True, slots=True)
class OriginRow:
    """
    `credential` is the hash of the session, or the id of the token; never a secret.
    """

    event_id: str
    method: str
    credential: str
    proved_at: str | None
    address: str
    agent: str


_ADD = prepared.insert(EVENT_ORIGIN)
_OF = (
    select(EVENT_ORIGIN)
    .join(EVENT, EVENT.c.id == EVENT_ORIGIN.c.event_id)
    .where(EVENT.c.workflow_id == bindparam("workflow_id"))
    .order_by(EVENT.c.seq)
)


def add(transaction: Transaction, origin: OriginRow) -> None:
    """
    Record from where an event of this transaction came.
    """
    values = {name: getattr(origin, name) for name in OriginRow.__slots__}
    _ADD.later(transaction, [values])


def of(transaction: Transaction, workflow_id: str) -> tuple[OriginRow, ...]:
    """
    From where the events of a workflow came, as far as it is known, in their order.
    """
    rows = transaction.execute(_OF, {"workflow_id": workflow_id}).all()
    names = OriginRow.__slots__
    return tuple(
        OriginRow(**{name: getattr(row, name) for name in names})
        for row in (*archived.origins(transaction, (workflow_id,)), *rows)
    )
