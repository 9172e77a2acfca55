"""
How much each person has to do, and when he last got a task, for who spreads work.

From one person to the next along an index: other tasks are not looked at.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import TASK

MOST = 1000
"""Open tasks of a person are counted no further than this."""

# The planner uses a partial index only if it reads the very condition of the index.
_IS_OPEN = TASK.c.is_open == literal_column("1")
_HAS_HAD = TASK.c.assignee.is_not(None)


def _people(condition: ColumnElement[bool], name: str) -> Any:  # noqa: ANN401 a CTE
    first = select(func.min(TASK.c.assignee).label("name")).where(condition)
    found = first.cte(name, recursive=True)
    behind = select(func.min(TASK.c.assignee)).where(
        condition, TASK.c.assignee > found.c.name
    )
    more = select(behind.scalar_subquery()).where(found.c.name.is_not(None))
    return found.union_all(more)


_HOLDER = _people(_IS_OPEN, "holder")
_TASKS = (
    select(TASK.c.due_at)
    .where(_IS_OPEN, TASK.c.assignee == _HOLDER.c.name)
    .limit(MOST)
    .correlate(_HOLDER)
    .subquery()
)
_COUNT = select(func.count()).select_from(_TASKS).correlate(_HOLDER)
_LOAD: Select[Any] = select(_HOLDER.c.name, _COUNT.scalar_subquery()).where(
    _HOLDER.c.name.is_not(None)
)
_SERVED = _people(_HAS_HAD, "served")
_LAST = select(func.max(TASK.c.number)).where(TASK.c.assignee == _SERVED.c.name)
_TURNS: Select[Any] = select(_SERVED.c.name, _LAST.scalar_subquery()).where(
    _SERVED.c.name.is_not(None)
)


def load(transaction: Transaction) -> dict[str, int]:
    """
    How many tasks are open at each person, counted up to MOST.
    """
    return _by_name(transaction, _LOAD)


def turns(transaction: Transaction) -> dict[str, int]:
    """
    The number of the task that each person was given last: the later, the higher.
    """
    return _by_name(transaction, _TURNS)


def _by_name(transaction: Transaction, query: Select[Any]) -> dict[str, int]:
    rows = transaction.execute(query).all()
    return {name: number for name, number in rows if number}
