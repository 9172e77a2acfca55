"""
A person → the open tasks that lie at him, for whoever hands them on.
"""

from collections.abc import Iterator

from sqlalchemy import Text, and_, bindparam, func, literal_column, or_, select

from approval_engine.documents import canonical
from approval_engine.domain.workflow import Task
from approval_engine.store.database import Transaction
from approval_engine.store.rows import readable, task_of
from approval_engine.store.schema import TASK

# The condition of the index of a person's inbox, so that the planner uses it.
_OPEN_AT = (
    select(TASK.c.workflow_id, TASK.c.id)
    .where(
        TASK.c.assignee == bindparam("person"), TASK.c.is_open == literal_column("1")
    )
    .order_by(TASK.c.number)
)
_QUOTED = bindparam("quoted", type_=Text)
_OPEN_FOR = (
    select(TASK.c.workflow_id, TASK.c.id)
    .where(
        TASK.c.is_open == literal_column("1"),
        or_(
            TASK.c.assignee == bindparam("person"),
            and_(
                TASK.c.assignee.is_(None),
                # An id stands in the list in quotes, as a whole.
                func.replace(TASK.c.candidates, _QUOTED, "") != TASK.c.candidates,
            ),
        ),
    )
    .order_by(TASK.c.number)
)

_ALL_OPEN = (
    select(TASK).where(TASK.c.is_open == literal_column("1")).order_by(TASK.c.number)
)
# The condition of the index of the questions that wait for a person.
_ASKED_OF = (
    select(TASK.c.workflow_id, TASK.c.id)
    .where(
        TASK.c.info_from == bindparam("person"), TASK.c.is_open == literal_column("1")
    )
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
    quoted = canonical(person).decode()
    rows = transaction.execute(_OPEN_FOR, {"person": person, "quoted": quoted})
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
