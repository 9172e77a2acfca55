"""
The newest reviews with all their seats, and no more columns than counting needs.

However many there are, no more are read than are asked for; a closed review keeps its
rows when its log is archived.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
)

from approval_engine.domain.events import Fact, instant
from approval_engine.domain.lifecycle import ANSWERED
from approval_engine.store import lists
from approval_engine.store.database import Transaction
from approval_engine.store.schema import ARCHIVED_EVENT, EVENT, TASK, WORKFLOW
from approval_engine.store.schema.base import word


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """
    One workflow as far as it is counted; instants are seconds since 1970.

    `ended` is the end event that the engine reached, None while it runs.
    """

    id: str
    number: int
    quote_id: str
    policy_version: str
    process: str
    status: str
    created_s: float
    updated_s: float
    ended: str | None
    plan_sha256: str
    policy_sha256: str
    delegations_sha256: str
    evaluation_sha256: str
    definition_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatRow:
    """
    One task; instants are seconds since 1970, `closed_s` is None while it is open.

    `person` is who had it last: the assignee, else who closed it.
    """

    id: str
    workflow: str
    number: int
    step: str
    element: str
    occurrence: int
    seat: int
    role: str
    person: str | None
    assigned: bool
    level: int
    opened_s: float
    due_s: float
    closed_s: float | None
    closed_by: str | None
    status: str
    ad_hoc: bool

    @property
    def answered(self) -> bool:
        """
        Whether somebody answered it, or time did in his place.
        """
        return self.status in ANSWERED

    @property
    def carried(self) -> bool:
        """
        Whether an earlier approval answered it the moment it opened.
        """
        return self.closed_s is not None and self.closed_s <= self.opened_s


_NAMES = (
    *("id", "number", "quote_id", "policy_version", "process", "status"),
    *("ended", "plan_sha256", "policy_sha256", "delegations_sha256"),
    *("evaluation_sha256", "definition_sha256"),
)
_BEFORE: Select[Any] = (
    select(
        *(WORKFLOW.c[n] for n in _NAMES), WORKFLOW.c.created_at, WORKFLOW.c.updated_at
    )
    .where(WORKFLOW.c.number < bindparam("before"))
    .order_by(WORKFLOW.c.number.desc())
    .limit(bindparam("most"))
)
_FIRST = (
    select(WORKFLOW.c.id, WORKFLOW.c.archived_month)
    .where(WORKFLOW.c.number < bindparam("before"))
    .order_by(WORKFLOW.c.number.desc())
    .limit(bindparam("most"))
    .subquery()
)
_COLUMNS = (
    *(TASK.c.id, TASK.c.workflow_id, TASK.c.number, TASK.c.step, TASK.c.element),
    *(TASK.c.occurrence, TASK.c.seat, TASK.c.role, TASK.c.assignee, TASK.c.status),
    *(TASK.c.escalation_level, TASK.c.opened_at, TASK.c.due_at, TASK.c.closed_at),
    *(TASK.c.closed_by, TASK.c.ad_hoc),
)
_SEATS: Select[Any] = (
    select(*_COLUMNS)
    .join(_FIRST, _FIRST.c.id == TASK.c.workflow_id)
    .order_by(TASK.c.number)
)
_BEHIND_ALL = 1 << 31
_AT_ONCE = 500
_MOVES = (
    *(Fact.TASK_CLAIMED, Fact.TASK_RELEASED, Fact.TASK_DELEGATED),
    *(Fact.TASK_REASSIGNED, Fact.TASK_STOOD_IN, Fact.TASK_HANDED_BACK),
    Fact.TASK_ESCALATED,
)
"""What gives a task to somebody, or takes it away from who has it."""


def moves(events: Table) -> ColumnElement[bool]:
    """
    Whether an event says that a task was claimed, or was moved on from who had it.
    """
    # What was asked beside a task left it where it was.
    beside = events.c.data.contains('"beside":"')
    known = events.c.action.in_(word(each) for each in _MOVES)
    return and_(known, or_(events.c.action != word(Fact.TASK_ESCALATED), ~beside))


def _moves(events: Table, first: ColumnElement[bool]) -> Select[Any]:
    return (
        select(events.c.task_id, events.c.action, events.c.timestamp)
        .join(_FIRST, first)
        .where(moves(events))
        .order_by(events.c.workflow_id, events.c.seq)
    )


_CLAIMS = _moves(EVENT, _FIRST.c.id == EVENT.c.workflow_id)
# Named months are all that PostgreSQL opens of a table with years in it.
_ARCHIVED_CLAIMS = _moves(
    ARCHIVED_EVENT,
    and_(
        _FIRST.c.id == ARCHIVED_EVENT.c.workflow_id,
        _FIRST.c.archived_month == ARCHIVED_EVENT.c.month,
    ),
)
_OPEN: Select[Any] = (
    select(*_COLUMNS)
    .where(TASK.c.is_open == literal_column("1"))
    .order_by(TASK.c.due_at, TASK.c.id)
    .limit(bindparam("most"))
)


def newest(
    transaction: Transaction, most: int, before: int | None = None
) -> tuple[tuple[Review, ...], tuple[SeatRow, ...]]:
    """
    That many reviews, those submitted last (before a number), and all their seats.

    Reviews and seats come in the order of their numbers, the oldest first.
    """
    known = {"most": most, "before": _BEHIND_ALL - 1 if before is None else before}
    reviews = transaction.execute(_BEFORE, known).all()
    seats = transaction.execute(_SEATS, known)
    return tuple(map(_review, reversed(reviews))), tuple(map(_seat, seats))


def documents(transaction: Transaction, hashes: Iterable[str]) -> Mapping[str, bytes]:
    """
    The documents of these hashes, in as few statements as may name so many.
    """
    wanted = sorted(set(hashes))
    found: dict[str, bytes] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found |= lists.bodies(transaction, wanted[start : start + _AT_ONCE])
    return found


def claims(transaction: Transaction, most: int) -> Mapping[str, float]:
    """
    When each task of the newest reviews was taken by who had it last, if he took it.

    In seconds since 1970.

    Whoever gave it back, or lost it to somebody else, has not worked on it as far as is
    known. What lies in an archived month that is away counts as not taken.
    """
    known = {"most": most, "before": _BEHIND_ALL - 1}
    found: dict[str, float] = {}
    for query in (_CLAIMS, _ARCHIVED_CLAIMS):
        for task, action, timestamp in transaction.execute(query, known):
            if action == Fact.TASK_CLAIMED:
                found[task] = _seconds(timestamp)
            else:
                found.pop(task, None)
    return found


def open_now(transaction: Transaction, most: int) -> tuple[SeatRow, ...]:
    """
    At most so many open tasks, those due first, along the index of them.
    """
    rows = transaction.execute(_OPEN, {"most": most})
    return tuple(map(_seat, rows))


def _review(row: Row[Any]) -> Review:
    values: Mapping[str, Any] = {name: getattr(row, name) for name in _NAMES}
    return Review(
        **values, created_s=_seconds(row.created_at), updated_s=_seconds(row.updated_at)
    )


def _seat(row: Row[Any]) -> SeatRow:
    return SeatRow(
        id=row.id,
        workflow=row.workflow_id,
        number=row.number,
        step=row.step,
        element=row.element,
        occurrence=row.occurrence,
        seat=row.seat,
        role=row.role,
        person=row.assignee or row.closed_by,
        assigned=row.assignee is not None,
        level=row.escalation_level,
        opened_s=_seconds(row.opened_at),
        due_s=_seconds(row.due_at),
        closed_s=_seconds(row.closed_at) if row.closed_at else None,
        closed_by=row.closed_by,
        status=row.status,
        ad_hoc=bool(row.ad_hoc),
    )


def _seconds(text: str) -> float:
    return instant(text).timestamp()
