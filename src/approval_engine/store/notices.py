"""
A person → what concerns him beside decisions: questions to him, and what he was told.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, literal_column, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import OUTBOX, TASK, WORKFLOW

INFORMED = "informed"
"""The kind of message that tells of a quote and asks nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """
    One review that concerns a person; `task` is set if he is asked for information.
    """

    workflow: str
    quote_id: str
    account: str
    status: str
    at: str
    task: str | None = None


_QUESTIONS = (
    select(
        TASK.c.id.label("task"),
        TASK.c.info_since.label("at"),
        WORKFLOW.c.id.label("workflow"),
        WORKFLOW.c.quote_id,
        WORKFLOW.c.account,
        WORKFLOW.c.status,
    )
    .join(WORKFLOW, WORKFLOW.c.id == TASK.c.workflow_id)
    .where(
        TASK.c.info_from == bindparam("person"),
        TASK.c.is_open == literal_column("1"),
    )
    .order_by(TASK.c.info_since, TASK.c.id)
    .limit(bindparam("limit"))
)
# The planner uses a partial index only if it reads the very condition of the index.
_IS_INFORMED = OUTBOX.c.kind == literal_column("'informed'")
_INFORMED = (
    select(
        literal_column("NULL").label("task"),
        OUTBOX.c.created_at.label("at"),
        WORKFLOW.c.id.label("workflow"),
        WORKFLOW.c.quote_id,
        WORKFLOW.c.account,
        WORKFLOW.c.status,
    )
    .join(WORKFLOW, WORKFLOW.c.id == OUTBOX.c.workflow_id)
    .where(_IS_INFORMED, OUTBOX.c.recipient == bindparam("person"))
    .order_by(OUTBOX.c.created_at.desc(), OUTBOX.c.id)
    .limit(bindparam("limit"))
)
_WAS_INFORMED = (
    select(OUTBOX.c.id)
    .where(
        _IS_INFORMED,
        OUTBOX.c.recipient == bindparam("person"),
        OUTBOX.c.workflow_id == bindparam("workflow"),
    )
    .limit(1)
)


def questions_to(
    transaction: Transaction, person: str, limit: int = 50
) -> tuple[Notice, ...]:
    """
    The open tasks that wait for information from him, the oldest question first.
    """
    rows = transaction.execute(_QUESTIONS, {"person": person, "limit": limit})
    return tuple(Notice(**row._mapping) for row in rows)  # noqa: SLF001 public in SQLAlchemy


def told_to(
    transaction: Transaction, person: str, limit: int = 20
) -> tuple[Notice, ...]:
    """
    What he was told for information, the newest first; once per review.
    """
    rows = transaction.execute(_INFORMED, {"person": person, "limit": limit})
    found = [Notice(**row._mapping) for row in rows]  # noqa: SLF001 public in SQLAlchemy
    return tuple({each.workflow: each for each in reversed(found)}.values())[::-1]


def was_told(transaction: Transaction, person: str, workflow_id: str) -> bool:
    """
    Whether he was told of a review for information.
    """
    values = {"person": person, "workflow": workflow_id}
    return transaction.execute(_WAS_INFORMED, values).first() is not None
