"""
A person → the open tasks that lie at him, for whoever hands them on.
"""

from collections.abc import Iterator

from sqlalchemy import bindparam, literal_column, select, union_all

from approval_engine.domain.workflow import Task
from approval_engine.store import candidates
from approval_engine.store.database import Transaction
from approval_engine.store.rows import readable, task_of
from approval_engine.store.schema import TASK

# The condition of the index of a person's inbox, so that the planner uses it.
_OPEN = TASK.c.is_open == literal_column("1")
_OPEN_AT = (
    select(TASK.c.workflow_id, TASK.c.id)
    .where(TASK.c.assignee == bindparam("person"), _OPEN)
    .order_by(TASK.c.number)
)

_ALL_OPEN = select(TASK).where(_OPEN).order_by(TASK.c.number)
# The condition of the index of the questions that wait for a person.
_ASKED_OF = (
    select(TASK.c.workflow_id, TASK.c.id)
    .where(TASK.c.info_from == bindparam("person"), _OPEN)
    .order_by(TASK.c.number)
)


def open_at(transaction: Transaction, person: str) -> tuple[tuple[str, str], ...]:
    """
    The open tasks that a person has, as pairs of workflow and task, oldest first.
    """
    rows = transaction.execute(_OPEN_AT, {"person": person})
    return tuple((row.workflow_id, row.id) for row in rows)


def open_for_person(
    transaction: Transaction, person: str
) -> tuple[tuple[str, str], ...]:
    """
    The open tasks that a person has or may take, as `open_at` gives them.
    """
    # Two questions, each along its index: what is his, and what may be.
    his, pooled = TASK.c.assignee == person, candidates.pool_of(transaction, person)
    columns = (TASK.c.workflow_id, TASK.c.id, TASK.c.number)
    parts = (select(*columns).where(_OPEN, each) for each in (his, pooled))
    found = union_all(*parts).subquery()
    rows = transaction.execute(select(found).order_by(found.c.number))
    return tuple((row.workflow_id, row.id) for row in rows)


def all_open(transaction: Transaction) -> Iterator[Task]:
    """
    Everybody's open tasks, oldest first.
    """
    yield from readable(transaction.execute(_ALL_OPEN), task_of)


def asked_of(transaction: Transaction, person: str) -> tuple[tuple[str, str], ...]:
    """
    The open tasks that wait for information from a person, as `open_at` gives them.
    """
    rows = transaction.execute(_ASKED_OF, {"person": person})
    return tuple((row.workflow_id, row.id) for row in rows)
