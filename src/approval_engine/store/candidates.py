"""
The lists of people that open tasks ask together, from one list to the next.

Many tasks ask the same people: along the index each list is read once, not each task.
"""

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select

from approval_engine.documents import canonical
from approval_engine.store.database import Transaction
from approval_engine.store.schema import TASK

# The planner uses a partial index only if it reads the very condition of the index.
_POOLED = and_(TASK.c.is_open == literal_column("1"), TASK.c.assignee.is_(None))
_FIRST = (
    select(func.min(TASK.c.candidates).label("people"))
    .where(_POOLED)
    .cte("pool", recursive=True)
)
_NEXT = (
    select(func.min(TASK.c.candidates))
    .where(_POOLED, TASK.c.candidates > _FIRST.c.people)
    .scalar_subquery()
)
_POOL = _FIRST.union_all(select(_NEXT).where(_FIRST.c.people.is_not(None)))
_LISTS: Select[str] = select(_POOL.c.people).where(_POOL.c.people.is_not(None))


def lists(transaction: Transaction) -> tuple[str, ...]:
    """
    Every list once, as the JSON text that its tasks hold.
    """
    return tuple(transaction.execute(_LISTS).scalars())


def pool_of(transaction: Transaction, person: str) -> ColumnElement[bool]:
    """
    The condition on a task that it is open, nobody has it, and it asks the person.
    """
    # An id stands in the list in quotes, as a whole.
    quoted = canonical(person).decode()
    naming = [each for each in lists(transaction) if quoted in each]
    return and_(_POOLED, TASK.c.candidates.in_(naming))
