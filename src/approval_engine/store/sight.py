"""
What a command must see once it holds its lock, in one statement of one moment.

The lock is a statement of its own before, though both travel together: PostgreSQL shows
a statement what was committed when it began, and while it waits for a lock that grows
old.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Join,
    Select,
    and_,
    bindparam,
    func,
    literal,
    select,
)

from approval_engine.store import prepared
from approval_engine.store.answers import SCOPE, Key, checked
from approval_engine.store.catalog import (
    CURRENT,
    Current,
    QuoteRow,
    current_of,
    quote_of,
)
from approval_engine.store.database import Transaction
from approval_engine.store.prepared import Asked, Question, Row
from approval_engine.store.schema import (
    DOCUMENT,
    EXCEPTION,
    IDEMPOTENCY,
    QUOTE,
    TASK,
    WORKFLOW,
)
from approval_engine.store.schema.base import word

_ALL = QUOTE.alias()
# Two submits of one quote must not both find that it has no workflow yet. Whoever locks
# a quote reads it next, so the wanted document comes along; the others may be big.
_LAST = select(func.max(_ALL.c.revision)).where(_ALL.c.id == bindparam("id"))
_WANTED = func.coalesce(bindparam("revision", type_=Integer), _LAST.scalar_subquery())
_IS_WANTED = and_(DOCUMENT.c.sha256 == QUOTE.c.sha256, QUOTE.c.revision == _WANTED)
_LOCK_QUOTE = Question(
    select(QUOTE, DOCUMENT.c.body)
    .select_from(QUOTE.outerjoin(DOCUMENT, _IS_WANTED))
    .where(QUOTE.c.id == bindparam("id"))
    .with_for_update(of=QUOTE)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """
    The answer kept under the command's key, what is current, and the rows asked for.

    `has_exceptions` says that the account of a quote has some that may count,
    `newest_quote` is the hash of the newest revision of the quote of a workflow.
    """

    answer: str | None
    current: Current
    rows: tuple[Any, ...]
    has_exceptions: bool = False
    newest_quote: str | None = None


_NO_KEY = dict.fromkeys(SCOPE)


def _with(
    columns: Iterable[ColumnElement[Any]],
    belongs: Column[Any],
    beside: Callable[[Join], Join] = lambda sources: sources,
) -> Select[Any]:
    # One row must come back even if there is neither an answer nor a row of the table.
    one = select(literal(1)).subquery("one")
    kept = and_(*(IDEMPOTENCY.c[name] == bindparam(name) for name in SCOPE))
    table = belongs.table
    sources = one.outerjoin(IDEMPOTENCY, kept).outerjoin(
        table, belongs == bindparam("the_id")
    )
    answer = (IDEMPOTENCY.c.fingerprint, IDEMPOTENCY.c.answer)
    query = select(*columns, *answer, *CURRENT).select_from(beside(sources))
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
_TASKS = Question(_with((*TASK.c, _NEWEST_QUOTE), TASK.c.workflow_id))
_ATTEMPT = (
    WORKFLOW.c.id,
    WORKFLOW.c.quote_revision,
    WORKFLOW.c.status,
    WORKFLOW.c.steps,
    WORKFLOW.c.policy_version,
    WORKFLOW.c.created_at,
)
_EXCEPTIONS = (
    select(EXCEPTION.c.id)
    .where(
        EXCEPTION.c.status == word("active"),
        EXCEPTION.c.account.in_(
            select(QUOTE.c.account).where(QUOTE.c.id == bindparam("the_id"))
        ),
    )
    .exists()
    .label("has_exceptions")
)
_WORKFLOWS = Question(_with((*_ATTEMPT, _EXCEPTIONS), WORKFLOW.c.quote_id))

# On SQLite whoever writes is alone already: the quote is one more part of what is seen.
_ITS = QUOTE.alias("its")
_NEWEST = select(func.max(_ALL.c.revision)).where(_ALL.c.id == bindparam("the_id"))
_THIS = func.coalesce(bindparam("revision", type_=Integer), _NEWEST.scalar_subquery())
_IT = tuple(_ITS.c[name].label(f"its_{name}") for name in QuoteRow.__slots__)


def _its(sources: Join) -> Join:
    it = and_(_ITS.c.id == bindparam("the_id"), _ITS.c.revision == _THIS)
    return sources.outerjoin(_ITS, it).outerjoin(
        DOCUMENT, DOCUMENT.c.sha256 == _ITS.c.sha256
    )


_QUOTE_AND_WORKFLOWS = Question(
    _with((*_ATTEMPT, _EXCEPTIONS, *_IT, DOCUMENT.c.body), WORKFLOW.c.quote_id, _its)
)


def of_workflow(
    transaction: Transaction, lock: Asked, workflow_id: str, key: Key | None
) -> tuple[list[Any], list[Any]]:
    """
    What locks a workflow found, and what is `seen` of it then: its tasks, oldest first.
    """
    locked, rows = prepared.ask(transaction, lock, (_TASKS, _values(workflow_id, key)))
    return locked, rows


def of_quote(
    transaction: Transaction, quote_id: str, revision: int | None, key: Key | None
) -> tuple[tuple[QuoteRow, bytes] | None, list[Any]]:
    """
    What `lock_quote` answers, and what is `seen` then: the quote's workflows in order.
    """
    if transaction.dialect.name == "sqlite":
        values = {"revision": revision, **_values(quote_id, key)}
        rows = _QUOTE_AND_WORKFLOWS.ask(transaction, values)
        return _its_quote(rows[0]), rows
    lock = (_LOCK_QUOTE, {"id": quote_id, "revision": revision})
    locked, rows = prepared.ask(transaction, lock, (_WORKFLOWS, _values(quote_id, key)))
    return _locked(locked), rows


def lock_quote(
    transaction: Transaction, quote_id: str, revision: int | None = None
) -> tuple[QuoteRow, bytes] | None:
    """
    A revision of a quote, the newest if none is named, with its document.

    While the lock is held nobody else may submit any revision of it.
    """
    wanted = {"id": quote_id, "revision": revision}
    return _locked(_LOCK_QUOTE.ask(transaction, wanted))


def of_attempts(transaction: Transaction, quote_id: str) -> Sight:
    """
    The workflows of all revisions of a quote, oldest first, under no lock.
    """
    return seen(_WORKFLOWS.ask(transaction, _values(quote_id, None)), None)


def seen(rows: list[Any], key: Key | None) -> Sight:
    """
    What these rows tell. Raises KeyReused.
    """
    first = rows[0]
    return Sight(
        answer=checked(key, first.fingerprint, first.answer) if key else None,
        current=current_of(first),
        rows=tuple(row for row in rows if row.id is not None),
        has_exceptions=bool(getattr(first, "has_exceptions", False)),
        newest_quote=getattr(first, "newest_quote", None),
    )


def _locked(rows: Iterable[Any]) -> tuple[QuoteRow, bytes] | None:
    found = next((row for row in rows if row.body is not None), None)
    return (quote_of(found), bytes(found.body)) if found is not None else None


def _its_quote(row: Any) -> tuple[QuoteRow, bytes] | None:  # noqa: ANN401 a row of the driver
    if row.body is None:
        return None
    known = {name: getattr(row, f"its_{name}") for name in QuoteRow.__slots__}
    return QuoteRow(**known), bytes(row.body)


def _values(the_id: str, key: Key | None) -> Row:
    scope = {name: getattr(key, name) for name in SCOPE} if key else _NO_KEY
    return {"the_id": the_id, **scope}
