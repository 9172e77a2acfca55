"""
The pending reviews of everybody, by value, by closing date or by age, in pages.

What a quote is worth and when it is needed lies in columns beside its document, so the
database can sort by it; amounts of different currencies are compared as numbers.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from approval_engine.documents import canonical
from approval_engine.store.database import Transaction
from approval_engine.store.quotes import LARGEST, matches
from approval_engine.store.schema import DOCUMENT, INCIDENT, QUOTE, TASK, WORKFLOW


class Order(StrEnum):
    """
    How the queue is sorted.
    """

    VALUE = "value"  # the largest first, those of no known worth last
    CLOSING = "closing"  # needed first, those without a day last
    AGE = "age"  # submitted first


class Only(StrEnum):
    """
    What the queue is cut to.
    """

    LATE = "late"  # a task of it is overdue
    HELD = "held"  # an incident holds it


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFilter:
    """
    Which reviews, at the instant `now`, and in which order.

    `holder` has a task of it, or is one of several who may take it. `after` is where
    the page before ended: what it is sorted by, and the number of the workflow.
    """

    now: str
    order: Order = Order.VALUE
    search: str = ""
    role: str | None = None
    holder: str | None = None
    only: Only | None = None
    after: tuple[str, int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """
    A review that runs, with the document of its quote and the incident that holds it.
    """

    workflow: str
    quote_id: str
    quote_revision: int
    account: str
    submitted_by: str
    owner: str | None
    created_at: str
    quote_sha256: str
    body: bytes
    incident: str | None
    place: tuple[str, int]


_NO_WORTH = -LARGEST - 1
_NO_DAY = "9999-12-31"
_KEYS: dict[Order, ColumnElement[Any]] = {
    Order.VALUE: func.coalesce(QUOTE.c.worth, literal(_NO_WORTH, BigInteger)),
    Order.CLOSING: func.coalesce(QUOTE.c.needed_by, _NO_DAY),
    Order.AGE: WORKFLOW.c.created_at,
}
_HELD_BY = (
    select(func.min(INCIDENT.c.id))
    .where(INCIDENT.c.workflow_id == WORKFLOW.c.id, INCIDENT.c.closed_at.is_(None))
    .correlate(WORKFLOW)
    .scalar_subquery()
)


def queue(
    transaction: Transaction, wanted: QueueFilter, limit: int
) -> tuple[Pending, ...]:
    """
    The reviews that fit, in the wanted order.
    """
    key = _KEYS[wanted.order]
    falling = wanted.order is Order.VALUE
    by = (key, WORKFLOW.c.number)
    query = (
        _reviews(key)
        .where(*_conditions(wanted))
        .order_by(*(each.desc() if falling else each for each in by))
        .limit(limit)
    )
    if wanted.after is not None:
        text, number = wanted.after
        place = literal(int(text), BigInteger) if falling else literal(text, Text)
        ended = tuple_(place, literal(number))
        query = query.where(tuple_(*by) < ended if falling else tuple_(*by) > ended)
    return tuple(map(_pending, transaction.execute(query)))


def _reviews(key: ColumnElement[Any]) -> Select[Any]:
    columns: tuple[Column[Any], ...] = (
        WORKFLOW.c.id,
        WORKFLOW.c.number,
        WORKFLOW.c.quote_id,
        WORKFLOW.c.quote_revision,
        WORKFLOW.c.account,
        WORKFLOW.c.submitted_by,
        WORKFLOW.c.owner,
        WORKFLOW.c.created_at,
        WORKFLOW.c.quote_sha256,
        DOCUMENT.c.body,
    )
    mine = and_(
        QUOTE.c.id == WORKFLOW.c.quote_id, QUOTE.c.revision == WORKFLOW.c.quote_revision
    )
    return (
        select(*columns, key.label("sorted_by"), _HELD_BY.label("incident"))
        .select_from(WORKFLOW)
        .join(DOCUMENT, DOCUMENT.c.sha256 == WORKFLOW.c.quote_sha256)
        .outerjoin(QUOTE, mine)
        .where(WORKFLOW.c.status == "pending")
    )


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.search.strip():
        columns = (WORKFLOW.c.id, WORKFLOW.c.quote_id, WORKFLOW.c.account)
        found.append(matches(wanted.search, *columns))
    if wanted.role:
        found.append(_has_task(TASK.c.role == wanted.role))
    if wanted.holder:
        found.append(_has_task(_is_with(wanted.holder)))
    if wanted.only is Only.LATE:
        found.append(_has_task(TASK.c.due_at <= wanted.now))
    if wanted.only is Only.HELD:
        found.append(_HELD_BY.is_not(None))
    return found


def _has_task(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        TASK.c.workflow_id == WORKFLOW.c.id, TASK.c.is_open == 1, condition
    )


def _is_with(person: str) -> ColumnElement[bool]:
    # Candidates are canonical JSON: an id stands in it in quotes, as a whole.
    quoted = canonical(person).decode()
    among = func.replace(TASK.c.candidates, quoted, "") != TASK.c.candidates
    return or_(TASK.c.assignee == person, and_(TASK.c.assignee.is_(None), among))


def _pending(row: Row[Any]) -> Pending:
    return Pending(
        workflow=row.id,
        quote_id=row.quote_id,
        quote_revision=row.quote_revision,
        account=row.account,
        submitted_by=row.submitted_by,
        owner=row.owner,
        created_at=row.created_at,
        quote_sha256=row.quote_sha256,
        body=bytes(row.body),
        incident=row.incident,
        place=(str(row.sorted_by), row.number),
    )
