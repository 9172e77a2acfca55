"""
Where the log of a workflow ends, as its row knows it.

That can be asked of a row that is good for nothing else.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import WORKFLOW

_END = select(WORKFLOW.c.id, WORKFLOW.c.seq, WORKFLOW.c.head).where(
    WORKFLOW.c.id == bindparam("id")
)
_LOCK = _END.with_for_update()


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """
    The number and the hash of the last event of the workflow of that id.
    """

    id: str
    seq: int
    head: str


def read(transaction: Transaction, workflow_id: str) -> End | None:
    """
    The end of a workflow's log; None if there is no such workflow.
    """
    return _end(transaction, workflow_id, locked=False)


def lock(transaction: Transaction, workflow_id: str) -> End | None:
    """
    Like `read`, and the workflow is locked, as by every command.
    """
    return _end(transaction, workflow_id, locked=True)


def _end(transaction: Transaction, workflow_id: str, *, locked: bool) -> End | None:
    query = _LOCK if locked else _END
    row = transaction.execute(query, {"id": workflow_id}).one_or_none()
    return End(id=row.id, seq=row.seq, head=row.head) if row is not None else None
