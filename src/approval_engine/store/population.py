"""
Everything that was submitted in a span of time, with the documents that say for what.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, select

from approval_engine.store.archived import every_event
from approval_engine.store.database import Transaction
from approval_engine.store.schema import DOCUMENT, EXCEPTION, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """
    One workflow of a quote, and the bytes of what was judged and how.
    """

    id: str
    quote_id: str
    quote_revision: int
    attempt: int
    account: str
    submitted_by: str
    policy_version: str
    status: str
    steps: int
    created_at: str
    fingerprint: str | None
    quote: bytes
    evaluation: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """
    A decision that was forced; `data` is what its event recorded.
    """

    workflow_id: str
    quote_id: str
    seq: int
    actor: str
    timestamp: str
    data: str


OVERRIDDEN = "overridden"
"""The fact that a decision was forced."""

_MOST_IDS = 1000
"""How many quotes one query names; databases have a limit."""

_EVERY = every_event()
_COLUMNS = tuple(n for n in Submission.__slots__ if n not in {"quote", "evaluation"})
_QUOTE = DOCUMENT.alias("quote_document")
_EVALUATION = DOCUMENT.alias("evaluation_document")
_SUBMISSIONS: Select[Any] = (
    select(
        *(WORKFLOW.c[name] for name in _COLUMNS),
        _QUOTE.c.body.label("quote"),
        _EVALUATION.c.body.label("evaluation"),
    )
    .join(_QUOTE, _QUOTE.c.sha256 == WORKFLOW.c.quote_sha256)
    .join(_EVALUATION, _EVALUATION.c.sha256 == WORKFLOW.c.evaluation_sha256)
    # Requests for exceptions are a population of their own.
    .where(WORKFLOW.c.id.not_in(select(EXCEPTION.c.workflow_id)))
    .order_by(WORKFLOW.c.number)
)


def submissions(
    transaction: Transaction, span: tuple[str, str]
) -> Iterator[Submission]:
    """
    The workflows of quotes that were started in a span, oldest first.
    """
    query = _SUBMISSIONS.where(_within(WORKFLOW.c.created_at, span))
    rows = transaction.execute(query.execution_options(yield_per=100))
    return (_submission(row) for row in rows)


def of_quotes(
    transaction: Transaction, quote_ids: Iterable[str]
) -> Iterator[Submission]:
    """
    The workflows of these quotes whenever they were started; of each, oldest first.
    """
    wanted = sorted(set(quote_ids))
    for start in range(0, len(wanted), _MOST_IDS):
        some = wanted[start : start + _MOST_IDS]
        query = _SUBMISSIONS.where(WORKFLOW.c.quote_id.in_(some))
        yield from map(_submission, transaction.execute(query))


def counted(transaction: Transaction, span: tuple[str, str]) -> int:
    """
    How many workflows of quotes the event log itself says were started in a span.
    """
    query = select(func.count()).where(
        # In the words of the index of first events.
        _EVERY.c.seq == literal_column("1"),
        _within(_EVERY.c.timestamp, span),
        _EVERY.c.workflow_id.not_in(select(EXCEPTION.c.workflow_id)),
    )
    return int(transaction.execute(query).scalar_one())


def overrides(transaction: Transaction, span: tuple[str, str]) -> Iterator[Override]:
    """
    The decisions that were forced in a span, in the order of their time.
    """
    query = (
        select(
            *(_EVERY.c[n] for n in Override.__slots__ if n != "quote_id"),
            WORKFLOW.c.quote_id,
        )
        .join(WORKFLOW, WORKFLOW.c.id == _EVERY.c.workflow_id)
        .where(_EVERY.c.action == OVERRIDDEN, _within(_EVERY.c.timestamp, span))
        .order_by(_EVERY.c.timestamp, WORKFLOW.c.number, _EVERY.c.seq)
    )
    rows = transaction.execute(query)
    return (Override(**row._mapping) for row in rows)  # noqa: SLF001 public in SQLAlchemy


def _within(column: ColumnElement[str], span: tuple[str, str]) -> ColumnElement[bool]:
    return and_(column >= span[0], column < span[1])


def _submission(row: Row[Any]) -> Submission:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Submission(
        **values, quote=bytes(row.quote), evaluation=bytes(row.evaluation)
    )
