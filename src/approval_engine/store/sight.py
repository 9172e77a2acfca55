"""
What a command must see once it holds its lock, in one statement of one moment.

The lock is a statement of its own before: PostgreSQL shows a statement what was
committed when it began, and while it waits for a lock that grows old.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    literal,
    select,
)

from approval_engine.store.answers import SCOPE, Key, checked
from approval_engine.store.catalog import CURRENT, Current, current_of
from approval_engine.store.database import Transaction
from approval_engine.store.schema import EXCEPTION, IDEMPOTENCY, QUOTE, TASK, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """
    The answer kept under the command's key, what is current, and the rows asked for.

    `has_exceptions` says that the account of a quote has some that may count,
    `newest_quote` is the hash of the newest revision of the quote of a workflow.
    """

    answer: str | None
    current: Current
    rows: tuple[Row[Any], ...]
    has_exceptions: bool = False
    newest_quote: str | None = None


_NO_KEY = dict.fromkeys(SCOPE)


def _with(columns: Iterable[ColumnElement[Any]], belongs: Column[Any]) -> Select[Any]:
    # One row must come back even if there is neither an answer nor a row of the table.
    one = select(literal(1)).subquery("one")
    kept = and_(*(IDEMPOTENCY.c[name] == bindparam(name) for name in SCOPE))
    table = belongs.table
    sources = one.outerjoin(IDEMPOTENCY, kept).outerjoin(
        table, belongs == bindparam("the_id")
    )
    answer = (IDEMPOTENCY.c.fingerprint, IDEMPOTENCY.c.answer)
    query = select(*columns, *answer, *CURRENT).select_from(sources)
    return query.order_by(table.c.number)


_QUOTE_ID = select(WORKFLOW.c.quote_id).where(WORKFLOW.c.id == bindparam("the_id"))
_NEWEST_QUOTE = (
    select(QUOTE.c.sha256)
    .where(QUOTE.c.id == _QUOTE_ID.scalar_subquery())
    .order_by(QUOTE.c.revision.desc())
    .limit(1)
    .scalar_subquery()
    .label("newest_quote")
)
_TASKS = _with((*TASK.c, _NEWEST_QUOTE), TASK.c.workflow_id)
_ATTEMPT = (
    WORKFLOW.c.id,
    WORKFLOW.c.quote_revision,
    WORKFLOW.c.status,
    WORKFLOW.c.steps,
)
_EXCEPTIONS = (
    select(EXCEPTION.c.id)
    .where(
        EXCEPTION.c.status == "active",
        EXCEPTION.c.account.in_(
            select(QUOTE.c.account).where(QUOTE.c.id == bindparam("the_id"))
        ),
    )
    .exists()
    .label("has_exceptions")
)
_WORKFLOWS = _with((*_ATTEMPT, _EXCEPTIONS), WORKFLOW.c.quote_id)


def of_workflow(transaction: Transaction, workflow_id: str, key: Key | None) -> Sight:
    """
    With the tasks of a workflow, oldest first. Raises KeyReused.
    """
    return _sight(transaction, _TASKS, workflow_id, key)


def of_quote(transaction: Transaction, quote_id: str, key: Key | None) -> Sight:
    """
    With the workflows of all revisions of a quote, oldest first. Raises KeyReused.
    """
    return _sight(transaction, _WORKFLOWS, quote_id, key)


def _sight(
    transaction: Transaction, query: Select[Any], the_id: str, key: Key | None
) -> Sight:
    scope = {name: getattr(key, name) for name in SCOPE} if key else _NO_KEY
    rows = transaction.execute(query, {"the_id": the_id, **scope}).all()
    first = rows[0]
    return Sight(
        answer=checked(key, first.fingerprint, first.answer) if key else None,
        current=current_of(first),
        rows=tuple(row for row in rows if row.id is not None),
        has_exceptions=bool(getattr(first, "has_exceptions", False)),
        newest_quote=getattr(first, "newest_quote", None),
    )
