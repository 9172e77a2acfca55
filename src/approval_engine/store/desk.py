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
    literal_column,
    or_,
    select,
    tuple_,
)

from approval_engine.documents import canonical
from approval_engine.domain.events import instant, stamp
from approval_engine.store.database import Transaction
from approval_engine.store.quotes import matches
from approval_engine.store.rows import intact, readable
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
    the page before ended: what it is sorted by, and what tells equals apart.
    """

    now: str
    order: Order = Order.VALUE
    search: str = ""
    role: str | None = None
    holder: str | None = None
    only: Only | None = None
    after: tuple[str, str] | None = None


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
    place: tuple[str, str]


FEW = 2000
"""So many reviews are sorted at once; of more the index of the quotes is followed."""

_KEYS: dict[Order, tuple[ColumnElement[Any], ...]] = {
    Order.VALUE: (QUOTE.c.worth, QUOTE.c.id),
    Order.CLOSING: (QUOTE.c.needed_by, QUOTE.c.id),
    # They are numbered as they are submitted.
    Order.AGE: (WORKFLOW.c.number,),
}
# Written out, for SQLite finds no partial index for a value that is bound.
_RUNS = WORKFLOW.c.status == literal_column("'pending'")
_REVIEWS_IT = and_(
    WORKFLOW.c.quote_id == QUOTE.c.id, WORKFLOW.c.quote_revision == QUOTE.c.revision
)
_HELD_BY = (
    select(func.min(INCIDENT.c.id))
    .where(INCIDENT.c.workflow_id == WORKFLOW.c.id, INCIDENT.c.closed_at.is_(None))
    .correlate(WORKFLOW)
    .scalar_subquery()
)
_COLUMNS: tuple[Column[Any], ...] = (
    WORKFLOW.c.id,
    WORKFLOW.c.status,
    WORKFLOW.c.quote_id,
    WORKFLOW.c.quote_revision,
    WORKFLOW.c.account,
    WORKFLOW.c.submitted_by,
    WORKFLOW.c.owner,
    WORKFLOW.c.created_at,
    WORKFLOW.c.quote_sha256,
    DOCUMENT.c.body,
)
_ROWS: Select[Any] = select(*_COLUMNS, _HELD_BY.label("incident")).join(
    DOCUMENT, DOCUMENT.c.sha256 == WORKFLOW.c.quote_sha256
)


def queue(
    transaction: Transaction, wanted: QueueFilter, limit: int
) -> tuple[Pending, ...]:
    """
    The reviews that fit, in the wanted order.
    """
    # Cut first, so that documents are read of one page only.
    cut = transaction.execute(_cut(transaction, wanted).limit(limit)).all()
    ids = {row.quote_id for row in cut}
    found = transaction.execute(_ROWS.where(WORKFLOW.c.quote_id.in_(sorted(ids))))
    # Asked for here: SQLite would walk through all that run to find these.
    runs = (row for row in found if row.status == "pending")
    rows = {(row.quote_id, row.quote_revision): row for row in runs}
    there = (row for row in cut if (row.quote_id, row.revision) in rows)

    def pending(row: Row[Any]) -> Pending:
        mine = rows[row.quote_id, row.revision]
        with intact(mine.id):
            return _pending(mine, (str(row.key), str(row.tie)))

    return tuple(readable(there, pending))


def _cut(transaction: Transaction, wanted: QueueFilter) -> Select[Any]:
    by = _KEYS[wanted.order]
    columns = (by[0].label("key"), by[-1].label("tie"))
    conditions = [_RUNS, *_conditions(wanted)]
    if wanted.order is Order.AGE:
        ids = (WORKFLOW.c.quote_id, WORKFLOW.c.quote_revision.label("revision"))
        query = select(*ids, *columns).where(*conditions)
    else:
        query = select(QUOTE.c.id.label("quote_id"), QUOTE.c.revision, *columns)
        if _are_few(transaction):
            query = query.join(WORKFLOW, _REVIEWS_IT).where(*conditions)
        else:
            query = query.where(exists().where(_REVIEWS_IT, *conditions))
    falling = wanted.order is Order.VALUE
    query = query.order_by(*(each.desc() if falling else each for each in by))
    if wanted.after is None:
        return query
    ended = _place(wanted.order, wanted.after)
    if wanted.order is Order.AGE:
        return query.where(WORKFLOW.c.number > ended[0])
    place = tuple_(*by)
    return query.where(place < tuple_(*ended) if falling else place > tuple_(*ended))


def _are_few(transaction: Transaction) -> bool:
    some = select(WORKFLOW.c.number).where(_RUNS).limit(FEW + 1).subquery()
    count = select(func.count()).select_from(some)
    return transaction.execute(count).scalar_one() <= FEW


def _place(order: Order, after: tuple[str, str]) -> tuple[ColumnElement[Any], ...]:
    key, tie = after
    day = order is Order.CLOSING
    return literal(key, Text) if day else literal(int(key), BigInteger), literal(tie)


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


def _pending(row: Row[Any], place: tuple[str, str]) -> Pending:
    return Pending(
        workflow=row.id,
        quote_id=row.quote_id,
        quote_revision=row.quote_revision,
        account=row.account,
        submitted_by=row.submitted_by,
        owner=row.owner,
        # It is shown as it is written, so it has to be an instant.
        created_at=stamp(instant(row.created_at)),
        quote_sha256=row.quote_sha256,
        body=bytes(row.body),
        incident=row.incident,
        place=place,
    )
