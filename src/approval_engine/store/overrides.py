"""
The facts about overrides of all workflows, the newest first, with what people wrote.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, text, tuple_

from approval_engine.domain.events import Event, Fact
from approval_engine.store.database import Transaction
from approval_engine.store.schema import EVENT, EVENT_TEXT, WORKFLOW
from approval_engine.store.schema.events import ABOUT_OVERRIDES

# In the very words of the index, or SQLite does not use it.
_ABOUT = text(ABOUT_OVERRIDES)
_ALL = (
    select(
        EVENT,
        WORKFLOW.c.account,
        WORKFLOW.c.quote_id,
        WORKFLOW.c.quote_revision,
        EVENT_TEXT.c.body,
    )
    .join(WORKFLOW, WORKFLOW.c.id == EVENT.c.workflow_id)
    .outerjoin(EVENT_TEXT, EVENT_TEXT.c.event_id == EVENT.c.id)
    .where(_ABOUT)
    .order_by(EVENT.c.timestamp.desc(), EVENT.c.id.desc())
)


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
    query = _ALL.limit(limit)
    if before is not None:
        query = query.where(tuple_(EVENT.c.timestamp, EVENT.c.id) < tuple_(*before))
    return tuple(_listed(row) for row in transaction.execute(query))


def waiting(transaction: Transaction, limit: int) -> tuple[Listed, ...]:
    """
    What was asked for and waits for another admin, the newest first.
    """
    # Overrides are few and open reviews many: not by the index of those.
    is_pending = func.coalesce(WORKFLOW.c.status, "") == "pending"
    query = _ALL.where(is_pending).limit(limit)
    last: dict[str, Listed] = {}
    for row in transaction.execute(query):
        last.setdefault(row.workflow_id, _listed(row))
    asked = Fact.OVERRIDE_REQUESTED
    return tuple(each for each in last.values() if each.event.action == asked)


def of_workflow(transaction: Transaction, workflow_id: str) -> tuple[Listed, ...]:
    """
    What was asked, refused or done in one review, the newest first.
    """
    query = _ALL.where(EVENT.c.workflow_id == workflow_id)
    return tuple(_listed(row) for row in transaction.execute(query))


def _listed(row: Row[Any]) -> Listed:
    return Listed(
        event=Event(**{name: getattr(row, name) for name in Event.__slots__}),
        account=row.account,
        quote_id=row.quote_id,
        quote_revision=row.quote_revision,
        reason=row.body,
    )
