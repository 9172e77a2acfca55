"""
The facts about overrides of all workflows, the newest first, with what people wrote.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    func,
    select,
    text,
    tuple_,
    union_all,
)

from approval_engine.domain.events import Event, Fact
from approval_engine.store.database import Transaction
from approval_engine.store.schema import (
    ARCHIVED_EVENT,
    ARCHIVED_TEXT,
    EVENT,
    EVENT_TEXT,
    WORKFLOW,
)
from approval_engine.store.schema.events import ABOUT_OVERRIDES

# In the very words of the index, or SQLite does not use it.
_ABOUT = text(ABOUT_OVERRIDES)


def _in(log: Table, texts: Table, mine: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            *(log.c[name] for name in Event.__slots__),
            WORKFLOW.c.account,
            WORKFLOW.c.quote_id,
            WORKFLOW.c.quote_revision,
            texts.c.body,
        )
        .join(WORKFLOW, WORKFLOW.c.id == log.c.workflow_id)
        .outerjoin(texts, mine)
        .where(_ABOUT)
    )


_HERE = _in(EVENT, EVENT_TEXT, EVENT_TEXT.c.event_id == EVENT.c.id)
_PUT_AWAY = _in(
    ARCHIVED_EVENT,
    ARCHIVED_TEXT,
    and_(
        *(
            ARCHIVED_TEXT.c[name] == ARCHIVED_EVENT.c[name]
            for name in ("workflow_id", "seq", "month")
        )
    ),
)
_LOGS = ((_HERE, EVENT), (_PUT_AWAY, ARCHIVED_EVENT))


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """
    One fact about an override, and the quote whose review it is about.
    """

    event: Event
    account: str
    quote_id: str
    quote_revision: int
    reason: str | None


def latest(
    transaction: Transaction, before: tuple[str, str] | None, limit: int
) -> tuple[Listed, ...]:
    """
    Everything that was asked, refused or done; `before` is where the page before ended.
    """
    # The newest of all are among the newest of each, and those lie along an index.
    pages = (_page(query, log, before, limit) for query, log in _LOGS)
    found = union_all(*(select(each.subquery()) for each in pages)).subquery()
    newest = select(found).order_by(found.c.timestamp.desc(), found.c.id.desc())
    return tuple(map(_listed, transaction.execute(newest.limit(limit))))


def waiting(transaction: Transaction, limit: int) -> tuple[Listed, ...]:
    """
    What was asked for and waits for another admin, the newest first.
    """
    # Overrides are few and open reviews many: not by the index of those.
    is_pending = func.coalesce(WORKFLOW.c.status, "") == "pending"
    query = _newest(_HERE.where(is_pending), EVENT).limit(limit)
    last: dict[str, Listed] = {}
    for row in transaction.execute(query):
        last.setdefault(row.workflow_id, _listed(row))
    asked = Fact.OVERRIDE_REQUESTED
    return tuple(each for each in last.values() if each.event.action == asked)


def of_workflow(transaction: Transaction, workflow_id: str) -> tuple[Listed, ...]:
    """
    What was asked, refused or done in one review, the newest first.
    """
    return tuple(
        _listed(row)
        for query, log in _LOGS
        for row in transaction.execute(
            _newest(query.where(log.c.workflow_id == workflow_id), log)
        )
    )


def _page(
    query: Select[Any], log: Table, before: tuple[str, str] | None, limit: int
) -> Select[Any]:
    place = tuple_(log.c.timestamp, log.c.id)
    page = query if before is None else query.where(place < tuple_(*before))
    return _newest(page, log).limit(limit)


def _newest(query: Select[Any], log: Table) -> Select[Any]:
    return query.order_by(log.c.timestamp.desc(), log.c.id.desc())


def _listed(row: Row[Any]) -> Listed:
    return Listed(
        event=Event(**{name: getattr(row, name) for name in Event.__slots__}),
        account=row.account,
        quote_id=row.quote_id,
        quote_revision=row.quote_revision,
        reason=row.body,
    )
