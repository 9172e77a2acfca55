"""
How far a page looks for what no index leads to: a fixed number of workflows back.

Whoever looks for something rare among very many goes on from where a page ended, and no
page takes longer because others have submitted more.
"""

from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import WORKFLOW

LOOKED = 3000
"""So many workflows are looked at for one page, the newest of those that are left."""

_NUMBERS = (
    select(WORKFLOW.c.number)
    .where(WORKFLOW.c.number < bindparam("before", type_=BigInteger))
    .order_by(WORKFLOW.c.number.desc())
    .limit(bindparam("looked"))
    .subquery()
)
_END: Select[Any, Any] = select(func.min(_NUMBERS.c.number), func.count())
_BEHIND_ALL = 1 << 40


def end(transaction: Transaction, before: int | None) -> int | None:
    """
    The number of the last workflow of a page; None if it looks at all that are left.
    """
    start = _BEHIND_ALL if before is None else before
    parameters = {"before": start, "looked": LOOKED}
    last, count = transaction.execute(_END, parameters).one()
    return last if count == LOOKED else None
