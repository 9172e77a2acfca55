"""
What controls look at: who submitted what, and which delegation windows were used.

However many reviews there are, no more than the newest so many are read.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, exists, select

from approval_engine.documents import load
from approval_engine.domain.events import instant
from approval_engine.domain.lifecycle import ANSWERED
from approval_engine.store.database import Transaction
from approval_engine.store.schema import EXCEPTION, TASK, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """
    A review of a quote; `created_s` is seconds since 1970.

    `amount` is in the currency of the policy, None where the policy reads none;
    `reasons` are those of the triggers that count.
    """

    workflow: str
    quote: str
    account: str
    submitted_by: str
    owner: str | None
    amount: Decimal | None
    reasons: frozenset[str]
    policy_sha256: str
    status: str
    created_s: float


_NAMES = (
    *("id", "quote_id", "account", "submitted_by", "owner", "amount", "reasons"),
    *("policy_sha256", "status", "created_at"),
)
# A request for an exception lies where quotes lie, but is none.
_SINCE: Select[Any] = (
    select(*(WORKFLOW.c[name] for name in _NAMES))
    .where(
        WORKFLOW.c.created_at >= bindparam("since"),
        ~exists().where(EXCEPTION.c.id == WORKFLOW.c.quote_id),
    )
    .order_by(WORKFLOW.c.number.desc())
    .limit(bindparam("most"))
)
_NEWEST = (
    select(WORKFLOW.c.id)
    .order_by(WORKFLOW.c.number.desc())
    .limit(bindparam("most"))
    .subquery()
)
_USED: Select[Any] = (
    select(TASK.c.windows)
    .join(_NEWEST, _NEWEST.c.id == TASK.c.workflow_id)
    .where(TASK.c.windows != "[]", TASK.c.status.in_(sorted(ANSWERED)))
    .distinct()
)


def submissions(
    transaction: Transaction, since: str, most: int
) -> tuple[Submission, ...]:
    """
    The reviews submitted since a stamp, the oldest first; at most the newest so many.
    """
    rows = transaction.execute(_SINCE, {"since": since, "most": most}).all()
    return tuple(
        Submission(
            workflow=row.id,
            quote=row.quote_id,
            account=row.account,
            submitted_by=row.submitted_by,
            owner=row.owner,
            amount=None if row.amount is None else Decimal(row.amount),
            reasons=frozenset((row.reasons or "").split()),
            policy_sha256=row.policy_sha256,
            status=row.status,
            created_s=instant(row.created_at).timestamp(),
        )
        for row in reversed(rows)
    )


def used_windows(transaction: Transaction, most: int) -> frozenset[str]:
    """
    The ids of the windows under which tasks of the newest reviews were answered.
    """
    found: set[str] = set()
    for (windows,) in transaction.execute(_USED, {"most": most}):
        listed: Any = load(windows.encode())
        found |= set(listed)
    return frozenset(found)
