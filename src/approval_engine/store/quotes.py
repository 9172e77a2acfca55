"""
Filters → pages of the newest revisions of quotes, each with its newest workflow.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import floor
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    tuple_,
    union,
)

from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Task
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.rows import readable, task_of
from approval_engine.store.schema import DOCUMENT, EXCEPTION, QUOTE, TASK, WORKFLOW
from approval_engine.store.schema.catalog import LARGEST, NO_DAY, NO_WORTH

DRAFT = "draft"
"""What a quote is called of which the newest revision was not submitted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteFilter:
    """
    Which quotes; `after` are the import and the id that the page before ended with.

    `person` submits or owns them.
    """

    person: str
    search: str = ""
    status: str | None = None
    after: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """
    The newest revision of a quote with its document, and the quote's newest workflow.

    That may have reviewed an earlier revision, which `reviewed` says.
    """

    quote: QuoteRow
    body: bytes
    imported_at: str
    workflow: str | None
    status: str | None
    reviewed: int | None

    @property
    def is_draft(self) -> bool:
        """
        Whether nobody submitted this revision yet.
        """
        return self.reviewed != self.quote.revision

    @property
    def place(self) -> tuple[str, str]:
        """
        Where the next page goes on.
        """
        return self.imported_at, self.quote.id


_LATER = QUOTE.alias("later")
_NEWEST = ~exists().where(
    _LATER.c.id == QUOTE.c.id, _LATER.c.revision > QUOTE.c.revision
)
# A request for an exception lies where quotes lie, but is none.
_IS_QUOTE = ~exists().where(EXCEPTION.c.id == QUOTE.c.id)
_OTHER = WORKFLOW.alias("other")
_LAST = (
    select(func.max(_OTHER.c.number))
    .where(_OTHER.c.quote_id == QUOTE.c.id)
    .correlate(QUOTE)
    .scalar_subquery()
)


_IS_LAST = and_(WORKFLOW.c.quote_id == QUOTE.c.id, WORKFLOW.c.number == _LAST)
_ORDER = (QUOTE.c.imported_at.desc(), QUOTE.c.id.desc())


def row_of(quote: Quote, sha256: str) -> QuoteRow:
    """
    The row of a revision whose document has that hash.
    """
    worth = quote.worth
    return QuoteRow(
        id=quote.id,
        revision=quote.revision,
        sha256=sha256,
        account=quote.account,
        submitted_by=quote.submitted_by,
        owner=quote.owner,
        worth=NO_WORTH if worth is None else _hundredths(worth),
        needed_by=quote.needed_by.isoformat() if quote.needed_by else NO_DAY,
    )


def _hundredths(worth: Decimal) -> int:
    # Larger ones stand together at the end; the column holds no more.
    return max(-LARGEST, min(LARGEST, floor(worth * 100)))


def newest(transaction: Transaction) -> tuple[QuoteRow, ...]:
    """
    The newest revision of every quote, by id.
    """
    rows = transaction.execute(select(QUOTE).order_by(QUOTE.c.id, QUOTE.c.revision))
    found = {row.id: _quote(row) for row in rows}
    return tuple(found.values())


def submitted(transaction: Transaction, limit: int | None) -> tuple[QuoteRow, ...]:
    """
    The revisions that reviews began from, each once, those submitted last first.
    """
    reviewed = and_(
        QUOTE.c.id == WORKFLOW.c.quote_id, QUOTE.c.revision == WORKFLOW.c.quote_revision
    )
    query = (
        select(QUOTE)
        .join(WORKFLOW, reviewed)
        .where(_IS_QUOTE)
        .order_by(WORKFLOW.c.number.desc())
        .limit(limit)
    )
    rows = {(row.id, row.revision): row for row in transaction.execute(query)}
    return tuple(map(_quote, rows.values()))


def page(
    transaction: Transaction, wanted: QuoteFilter, limit: int
) -> tuple[Listed, ...]:
    """
    The quotes that fit, the last imported first.
    """
    conditions = _conditions(wanted)
    person = wanted.person
    # Each along an index of its own; a quote that he owns may be one he submits.
    mine = _cut([QUOTE.c.submitted_by == person, *conditions], limit)
    his = _cut([QUOTE.c.owner == person, *conditions], limit)
    ids = union(select(mine.subquery()), select(his.subquery()))
    cut = ids.subquery()
    wanted_ones = and_(QUOTE.c.id == cut.c.id, QUOTE.c.revision == cut.c.revision)
    query = _listed().join(cut, wanted_ones).limit(limit)
    return tuple(map(_row, transaction.execute(query)))


def open_tasks(
    transaction: Transaction, workflow_ids: Iterable[str]
) -> dict[str, tuple[Task, ...]]:
    """
    The open tasks of these workflows, by workflow, those due first before the others.
    """
    wanted = TASK.c.workflow_id.in_(sorted(set(workflow_ids)))
    query = select(TASK).where(wanted, TASK.c.is_open == 1)
    found: dict[str, tuple[Task, ...]] = {}
    rows = transaction.execute(query.order_by(TASK.c.due_at, TASK.c.number))
    for task in readable(rows, task_of):
        found[task.workflow_id] = (*found.get(task.workflow_id, ()), task)
    return found


def matches(search: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """
    Whether one of the columns contains what was typed, in capitals or not.
    """
    text = search.strip().lower()
    return or_(*(func.lower(each).contains(text, autoescape=True) for each in columns))


def _listed() -> Select[Any]:
    return (
        select(
            QUOTE,
            DOCUMENT.c.body,
            WORKFLOW.c.id.label("workflow_id"),
            WORKFLOW.c.status,
            WORKFLOW.c.quote_revision,
        )
        .join(DOCUMENT, DOCUMENT.c.sha256 == QUOTE.c.sha256)
        .outerjoin(WORKFLOW, _IS_LAST)
        .order_by(*_ORDER)
    )


def _cut(conditions: list[ColumnElement[bool]], limit: int) -> Select[Any]:
    return (
        select(QUOTE.c.id, QUOTE.c.revision)
        .select_from(QUOTE.outerjoin(WORKFLOW, _IS_LAST))
        .where(_NEWEST, _IS_QUOTE, *conditions)
        .order_by(*_ORDER)
        .limit(limit)
    )


def _conditions(wanted: QuoteFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.search.strip():
        found.append(matches(wanted.search, QUOTE.c.id, QUOTE.c.account))
    if wanted.status == DRAFT:
        reviewed = WORKFLOW.c.quote_revision
        found.append(or_(reviewed.is_(None), reviewed < QUOTE.c.revision))
    elif wanted.status is not None:
        found.append(WORKFLOW.c.status == wanted.status)
    if wanted.after is not None:
        place = tuple_(QUOTE.c.imported_at, QUOTE.c.id)
        found.append(place < tuple_(*wanted.after))
    return found


def _row(row: Row[Any]) -> Listed:
    return Listed(
        quote=_quote(row),
        body=bytes(row.body),
        imported_at=row.imported_at,
        workflow=row.workflow_id,
        status=row.status,
        reviewed=row.quote_revision,
    )


def _quote(row: Row[Any]) -> QuoteRow:
    return QuoteRow(**{name: getattr(row, name) for name in QuoteRow.__slots__})
