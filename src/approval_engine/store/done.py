"""
A person → what he decided, the newest first, and what lies at a stand-in of his.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Text, bindparam, literal_column, select, tuple_

from approval_engine.domain.workflow import Task
from approval_engine.store.database import Transaction
from approval_engine.store.listing import COLUMNS, Listed, listed_of
from approval_engine.store.rows import readable, task_of
from approval_engine.store.schema import TASK, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """
    A task with the quote it is about, and where the review stands today.
    """

    task: Task
    quote_id: str
    quote_revision: int
    account: str
    submitted_by: str
    policy_sha256: str
    status: str
    listed: Listed


_SHOWN = (
    WORKFLOW.c.quote_id,
    WORKFLOW.c.quote_revision,
    WORKFLOW.c.account,
    WORKFLOW.c.submitted_by,
    WORKFLOW.c.policy_sha256,
    WORKFLOW.c.status.label("workflow_status"),
    *COLUMNS,
)
_FROM = select(TASK, *_SHOWN).join(WORKFLOW, WORKFLOW.c.id == TASK.c.workflow_id)
_DECIDED = (
    _FROM.where(
        TASK.c.closed_by == bindparam("person"),
        TASK.c.status.in_(["approved", "rejected", "returned"]),
        tuple_(TASK.c.closed_at, TASK.c.id)
        < tuple_(bindparam("at", type_=Text), bindparam("task", type_=Text)),
    )
    .order_by(TASK.c.closed_at.desc(), TASK.c.id.desc())
    .limit(bindparam("limit"))
)
# The planner uses a partial index only if it reads the very condition of the index.
_LENT = (
    _FROM.where(
        TASK.c.is_open == literal_column("1"),
        TASK.c.principal == bindparam("person"),
        TASK.c.assignee != bindparam("person"),
    )
    .order_by(TASK.c.due_at, TASK.c.id)
    .limit(bindparam("limit"))
)
_END = "9999"
"""Later than any instant."""


def decided_by(
    transaction: Transaction,
    person: str,
    limit: int,
    before: tuple[str, str] | None = None,
) -> tuple[Seen, ...]:
    """
    The tasks that a person answered himself; `before` is where the page before ended.
    """
    at, task = before or (_END, "")
    parameters = {"person": person, "limit": limit, "at": at, "task": task}
    return _seen(transaction.execute(_DECIDED, parameters))


def lent_by(transaction: Transaction, person: str, limit: int) -> tuple[Seen, ...]:
    """
    The open tasks of a person that somebody has for him.
    """
    return _seen(transaction.execute(_LENT, {"person": person, "limit": limit}))


def _seen(rows: Iterable[Row[Any]]) -> tuple[Seen, ...]:
    return tuple(readable(rows, _one))


def _one(row: Row[Any]) -> Seen:
    return Seen(
        task=task_of(row),
        quote_id=row.quote_id,
        quote_revision=row.quote_revision,
        account=row.account,
        submitted_by=row.submitted_by,
        policy_sha256=row.policy_sha256,
        status=row.workflow_status,
        listed=listed_of(row),
    )
