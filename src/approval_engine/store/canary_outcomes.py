"""
What became of the quotes that a canary has routed: late, escalated, overridden.

Each is a look-up along an index per quote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)

from approval_engine.store.database import Transaction
from approval_engine.store.schema import (
    ARCHIVED_EVENT,
    CANARY_QUOTE,
    EVENT,
    QUOTE,
    TASK,
    WORKFLOW,
)

DECIDED = (
    "workflow_approved",
    "workflow_rejected",
    "workflow_returned",
    "overridden",
    "recalled",
    "superseded",
)
"""The facts by which a review ends, or at last need not be waited for."""

_AT_ONCE = 500
_FAILED = "failed"
_DRAWN = case((CANARY_QUOTE.c.rule == _FAILED, "canary"), else_=CANARY_QUOTE.c.side)


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeRow:
    """
    One quote whose side was drawn by lot, and what became of its first review.

    What the new version refused or broke with counts as its quote, though the version
    in force has routed it: `refused` says so, and lots must stay as they were drawn.

    Instants are stamps; `decided_at` is None while it is open. `share` counts
    ten-thousandths, `worth` hundredths.
    """

    workflow_id: str
    quote_id: str
    side: str
    share: int
    automatic: bool
    worth: int
    submitted_at: str
    decided_at: str | None
    escalated: bool
    overridden: bool
    refused: bool


def outcomes(
    transaction: Transaction, number: int, after: str = "", also: Sequence[str] = ()
) -> tuple[OutcomeRow, ...]:
    """
    The quotes that count and were submitted after a stamp, the oldest first.

    Those of the workflows in `also` come before them, whenever they were submitted.
    """
    table = CANARY_QUOTE.c
    # Both values, so that the index that begins with it leads to the instant.
    later = and_(table.differs.in_((0, 1)), table.submitted_at > after)
    parts = [
        table.workflow_id.in_(also[begin : begin + _AT_ONCE])
        for begin in range(0, len(also), _AT_ONCE)
    ]
    query = _counted(number)
    rows = (
        row
        for part in (*parts, later)
        for row in transaction.execute(query.where(part))
    )
    return tuple(map(_row, rows))


def are_away(transaction: Transaction, number: int) -> bool:
    """
    Whether a log of a quote that counts was put away under a month that is not there.
    """
    table = CANARY_QUOTE.c
    here = exists(select(literal(1)).where(_of(ARCHIVED_EVENT, table.workflow_id)))
    query = (
        select(literal(1))
        .join(WORKFLOW, WORKFLOW.c.id == table.workflow_id)
        .where(table.canary == number, table.counted == 1)
        .where(WORKFLOW.c.archived_month.is_not(None), ~here)
        .limit(1)
    )
    return transaction.execute(query).first() is not None


def _counted(number: int) -> Select[Any]:
    table = CANARY_QUOTE.c
    escalated = exists().where(
        TASK.c.workflow_id == table.workflow_id, TASK.c.escalation_level > 0
    )
    return (
        select(
            table.workflow_id,
            table.quote_id,
            _DRAWN.label("side"),
            (table.rule == _FAILED).label("refused"),
            table.share,
            table.automatic,
            table.worth,
            table.submitted_at,
            _ended(EVENT).label("ended"),
            _ended(ARCHIVED_EVENT).label("put_away"),
            escalated.label("escalated"),
            or_(_has(EVENT, "overridden"), _has(ARCHIVED_EVENT, "overridden")).label(
                "overridden"
            ),
        )
        .join(WORKFLOW, WORKFLOW.c.id == table.workflow_id)
        .where(table.canary == number, table.counted == 1)
        .order_by(table.submitted_at, table.workflow_id)
    )


def candidates(transaction: Transaction, number: int, limit: int) -> tuple[str, ...]:
    """
    The workflows that the new version has routed, or failed to, the newest first.
    """
    table = CANARY_QUOTE.c
    query = (
        select(table.workflow_id)
        .where(table.canary == number, _DRAWN == "canary")
        .order_by(table.submitted_at.desc(), table.workflow_id)
        .limit(limit)
    )
    return tuple(transaction.execute(query).scalars())


def decided_lately(transaction: Transaction, limit: int) -> tuple[tuple[str, str], ...]:
    """
    When the reviews begun last were submitted and decided, those that are decided.
    """
    ended = _ended_of(EVENT, WORKFLOW.c.id).label("ended")
    query = (
        select(WORKFLOW.c.created_at, ended)
        .where(WORKFLOW.c.status != "pending", WORKFLOW.c.steps > 0)
        .order_by(WORKFLOW.c.number.desc())
        .limit(limit)
    )
    rows = transaction.execute(query)
    return tuple((row.created_at, row.ended) for row in rows if row.ended)


def worth_lately(transaction: Transaction, limit: int) -> tuple[int, ...]:
    """
    What the quotes of the reviews begun last are worth, in hundredths.
    """
    same = and_(
        QUOTE.c.id == WORKFLOW.c.quote_id, QUOTE.c.revision == WORKFLOW.c.quote_revision
    )
    query = select(QUOTE.c.worth).join(WORKFLOW, same)
    rows = transaction.execute(query.order_by(WORKFLOW.c.number.desc()).limit(limit))
    return tuple(rows.scalars())


def _row(found: Any) -> OutcomeRow:  # noqa: ANN401 a row of the driver
    return OutcomeRow(
        workflow_id=found.workflow_id,
        quote_id=found.quote_id,
        side=found.side,
        share=found.share,
        automatic=bool(found.automatic),
        worth=found.worth,
        submitted_at=found.submitted_at,
        decided_at=found.put_away or found.ended,
        escalated=bool(found.escalated),
        overridden=bool(found.overridden),
        refused=bool(found.refused),
    )


def _ended(table: Table) -> Any:  # noqa: ANN401 a part of a statement
    return _ended_of(table, CANARY_QUOTE.c.workflow_id)


def _ended_of(table: Table, workflow: ColumnElement[str]) -> Any:  # noqa: ANN401 a part of a statement
    return (
        select(func.min(table.c.timestamp))
        .where(_of(table, workflow), table.c.action.in_(DECIDED))
        .scalar_subquery()
    )


def _has(table: Table, action: str) -> ColumnElement[bool]:
    mine = _of(table, CANARY_QUOTE.c.workflow_id)
    return exists(select(literal(1)).where(mine, table.c.action == action))


def _of(table: Table, workflow: ColumnElement[str]) -> ColumnElement[bool]:
    """
    The events of a workflow; of the archive only the month where they lie is opened.
    """
    mine = table.c.workflow_id == workflow
    if table is ARCHIVED_EVENT:
        return and_(mine, table.c.month == WORKFLOW.c.archived_month)
    return mine
