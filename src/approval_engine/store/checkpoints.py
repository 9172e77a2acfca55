"""
Signed checkpoints ↔ rows; the newest one tells what the next one follows.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import CHECKPOINT

_LAST = select(CHECKPOINT).order_by(CHECKPOINT.c.number.desc()).limit(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointRow:
    """
    One statement with its signature in Base64; numbers count from 1 without a gap.
    """

    number: int
    made_at: str
    statement: str
    signature: str


def last(transaction: Transaction) -> CheckpointRow | None:
    """
    The newest checkpoint.
    """
    row = transaction.execute(_LAST).one_or_none()
    if row is None:
        return None
    return CheckpointRow(
        number=row.number,
        made_at=row.made_at,
        statement=row.statement,
        signature=row.signature,
    )


def count(transaction: Transaction) -> int:
    """
    How many there are.
    """
    query = select(func.count()).select_from(CHECKPOINT)
    return int(transaction.execute(query).scalar_one())


def add(transaction: Transaction, row: CheckpointRow) -> None:
    """
    Record a checkpoint. Raises Conflict if another one has its number.
    """
    values = {name: getattr(row, name) for name in CheckpointRow.__slots__}
    transaction.execute(CHECKPOINT.insert().values(values))
