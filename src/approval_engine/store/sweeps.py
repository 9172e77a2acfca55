"""
Starts and ends of delegation windows that have passed → the workflows to look at again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from approval_engine.documents import canonical, load
from approval_engine.domain.events import stamp
from approval_engine.store import candidates, prepared
from approval_engine.store.database import Transaction
from approval_engine.store.schema import DELEGATION, TASK, WINDOW_SWEEP
from approval_engine.store.schema.workflows import MOVED

OPENED, CLOSED = "opened", "closed"

LONGEST_COMMAND = timedelta(minutes=2)
"""After this no command goes on that may have read the windows of before."""

_ALL_SEEN = "[]"
# The planner uses a partial index only if it reads the very condition of the index.
_OPEN = TASK.c.is_open == literal_column("1")
_MOVED: ColumnElement[bool] = literal_column(MOVED, Boolean)
_ADD = prepared.insert_missing(WINDOW_SWEEP)


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """
    The start or the end of one window; `left` are the workflows that come again.

    None means that all of them are to be looked at, for the first or `again` for the
    second time.
    """

    window: str
    principal: str
    edge: str  # opened | closed
    left: tuple[str, ...] | None = None
    again: bool = False


def due(transaction: Transaction, now: datetime) -> tuple[Edge, ...]:
    """
    The edges that have passed and are not done with, the oldest window first.
    """
    at, earlier = stamp(now), stamp(now - LONGEST_COMMAND)
    begun = DELEGATION.c.starts_at <= at
    over = or_(DELEGATION.c.ends_at <= at, DELEGATION.c.ended_at <= at)
    return (
        *_edges(transaction, OPENED, begun, earlier),
        *_edges(transaction, CLOSED, over, earlier),
    )


def affected(transaction: Transaction, edge: Edge) -> tuple[str, ...]:
    """
    The workflows with an open task that the edge may move, oldest first.
    """
    # Each of them along an index of its own; a task may be found by several.
    ways = (
        _OPEN & (TASK.c.assignee == edge.principal),
        candidates.pool_of(transaction, edge.principal),
        _MOVED & _lists(TASK.c.windows, edge.window),
    )
    parts = (select(TASK.c.workflow_id, TASK.c.number).where(each) for each in ways)
    found = union_all(*parts).subquery()
    query = (
        select(found.c.workflow_id)
        .group_by(found.c.workflow_id)
        .order_by(func.min(found.c.number))
    )
    return tuple(transaction.execute(query).scalars())


def mark(
    transaction: Transaction, edge: Edge, left: tuple[str, ...], now: datetime
) -> None:
    """
    Remember how far the sweep of an edge got; done with if nothing is left.
    """
    values = {
        "left_over": canonical(left).decode(),
        "swept_at": stamp(now),
        "confirmed": int(edge.again),
    }
    mine = and_(
        WINDOW_SWEEP.c.delegation_id == edge.window, WINDOW_SWEEP.c.edge == edge.edge
    )
    row = {"delegation_id": edge.window, "edge": edge.edge, **values}
    # Two workers that are done at once must not refuse each other.
    _ADD.run(transaction, [row])
    transaction.execute(WINDOW_SWEEP.update().where(mine).values(values))


def _edges(
    transaction: Transaction, edge: str, passed: ColumnElement[bool], earlier: str
) -> tuple[Edge, ...]:
    rows = transaction.execute(_unfinished(edge, earlier).where(passed))
    found = []
    for row in rows:
        left = tuple(_ids(row.left_over or _ALL_SEEN))
        found.append(
            Edge(
                window=row.id,
                principal=row.principal,
                edge=edge,
                left=left or None,
                again=bool(row.confirmed) or (row.confirmed == 0 and not left),
            )
        )
    return tuple(found)


def _unfinished(edge: str, earlier: str) -> Select[Any]:
    mine = and_(
        WINDOW_SWEEP.c.delegation_id == DELEGATION.c.id,
        WINDOW_SWEEP.c.edge == literal(edge),
    )
    sweep = WINDOW_SWEEP.c
    unconfirmed = and_(sweep.confirmed == 0, sweep.swept_at <= earlier)
    return (
        select(
            DELEGATION.c.id, DELEGATION.c.principal, sweep.left_over, sweep.confirmed
        )
        .outerjoin(WINDOW_SWEEP, mine)
        .where(
            or_(
                sweep.left_over.is_(None),
                sweep.left_over != _ALL_SEEN,
                unconfirmed,
            )
        )
        .order_by(DELEGATION.c.starts_at, DELEGATION.c.id)
    )


# The list is canonical JSON, so an id stands in it in quotes, as a whole.
def _lists(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    return func.replace(column, canonical(name).decode(), "") != column


def _ids(text: str) -> Any:  # noqa: ANN401 JSON that mark wrote
    return load(text.encode())
