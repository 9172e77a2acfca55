"""
Raw rows for whoever checks the database: as they stand, whether they make sense or not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select, text

from approval_engine.domain.events import Event
from approval_engine.store import archived, events
from approval_engine.store.database import Transaction
from approval_engine.store.schema import (
    COUNTER,
    DELEGATION,
    DOCUMENT,
    EVENT,
    EXCEPTION,
    IDEMPOTENCY,
    INCIDENT,
    LETTER_PART,
    OUTBOX,
    POLICY,
    QUOTE,
    SETTING,
    TASK,
    WEBHOOK,
    WORKFLOW,
)

_AT_ONCE = 1000
"""For how many workflows one question is asked."""

Columns = Mapping[str, Any]
"""A row by its column names."""

_WORKFLOW = select(WORKFLOW).where(WORKFLOW.c.id == bindparam("id"))
_TASKS = (
    select(TASK).where(TASK.c.workflow_id == bindparam("id")).order_by(TASK.c.number)
)
_OUTBOX = (
    select(OUTBOX)
    .where(OUTBOX.c.workflow_id.in_(bindparam("ids", expanding=True)))
    .order_by(OUTBOX.c.id)
)
_EVERY = archived.every_event()
_FACTS = select(_EVERY).where(_EVERY.c.action == bindparam("action"))
_FACTS = _FACTS.order_by(_EVERY.c.id)
_BEFORE = WORKFLOW.alias("before")
_SUCCESSIONS = (
    select(
        WORKFLOW.c.id,
        WORKFLOW.c.quote_id,
        WORKFLOW.c.supersedes,
        _BEFORE.c.quote_id.label("quote_before"),
        _BEFORE.c.status.label("status_before"),
    )
    .outerjoin(_BEFORE, _BEFORE.c.id == WORKFLOW.c.supersedes)
    .where(WORKFLOW.c.supersedes.is_not(None))
    .order_by(WORKFLOW.c.number)
)
_KIND = select(DOCUMENT.c.kind).where(DOCUMENT.c.sha256 == bindparam("sha256"))
_TABLES = {
    "idempotency": select(IDEMPOTENCY).order_by(
        IDEMPOTENCY.c.created_at, IDEMPOTENCY.c.key
    ),
    "incident": select(INCIDENT),
    "policy": select(POLICY),
    "quote": select(QUOTE),
    "setting": select(SETTING),
    "webhook": select(WEBHOOK),
}
# Numbers of delegations and incidents stand in their ids only.
_NUMBERED = {
    "workflow": select(WORKFLOW.c.id),
    "task": select(TASK.c.id),
    "delegation": select(DELEGATION.c.id),
    "incident": select(INCIDENT.c.id),
    "exception": select(EXCEPTION.c.id),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stray:
    """
    A row that belongs to a workflow or event that is not there, or not where it lies.
    """

    table: str
    id: str


def workflow(transaction: Transaction, workflow_id: str) -> Columns:
    """
    The row of a workflow.
    """
    return _rows(transaction, _WORKFLOW, id=workflow_id)[0]


def tasks(transaction: Transaction, workflow_id: str) -> tuple[Columns, ...]:
    """
    The task rows of a workflow, in order of their numbers.
    """
    return _rows(transaction, _TASKS, id=workflow_id)


def outboxes(
    transaction: Transaction, workflow_ids: tuple[str, ...]
) -> Iterator[tuple[Columns, ...]]:
    """
    The outbox rows of each of these workflows in turn.
    """
    # No index leads from a workflow to its messages, so each question reads them all.
    for start in range(0, len(workflow_ids), _AT_ONCE):
        ids = workflow_ids[start : start + _AT_ONCE]
        found: dict[str, list[Columns]] = {each: [] for each in ids}
        for row in _rows(transaction, _OUTBOX, ids=ids):
            found[row["workflow_id"]].append(row)
        yield from map(tuple, found.values())


def rows(transaction: Transaction, table: str) -> tuple[Columns, ...]:
    """
    Every row of a small table.
    """
    return _rows(transaction, _TABLES[table])


def torn_letters(transaction: Transaction) -> tuple[str, ...]:
    """
    The letters whose messages go to more than one recipient.
    """
    query = (
        select(LETTER_PART.c.letter_id)
        .join(OUTBOX, OUTBOX.c.id == LETTER_PART.c.message_id)
        .group_by(LETTER_PART.c.letter_id)
        .having(func.count(OUTBOX.c.recipient.distinct()) > 1)
        .order_by(LETTER_PART.c.letter_id)
    )
    return tuple(transaction.execute(query).scalars())


def recipients(transaction: Transaction, mark: str) -> tuple[str, ...]:
    """
    Every recipient in the outbox that begins with a mark.
    """
    query = select(OUTBOX.c.recipient).where(OUTBOX.c.recipient.startswith(mark))
    return tuple(sorted(transaction.execute(query.distinct()).scalars()))


def facts(transaction: Transaction, action: str) -> tuple[Columns, ...]:
    """
    Every event of one kind.
    """
    return _rows(transaction, _FACTS, action=action)


def event(transaction: Transaction, event_id: str) -> Columns | None:
    """
    The event of that id; None if there is none.
    """
    found = events.one(transaction, event_id)
    if found is None:
        return None
    return {name: getattr(found, name) for name in Event.__slots__}


def successions(transaction: Transaction) -> tuple[Columns, ...]:
    """
    Each workflow that took the place of another, with what is known of that one.
    """
    return _rows(transaction, _SUCCESSIONS)


def kind(transaction: Transaction, sha256: str) -> str | None:
    """
    Of which kind a document is; None if there is none of that hash.
    """
    return transaction.execute(_KIND, {"sha256": sha256}).scalar_one_or_none()


def documents(transaction: Transaction) -> Iterator[tuple[str, str, bytes]]:
    """
    Hash, kind and body of every document, one after the other.
    """
    query = select(DOCUMENT.c.sha256, DOCUMENT.c.kind, DOCUMENT.c.body)
    result = transaction.execute(query.execution_options(yield_per=100))
    return ((row.sha256, row.kind, bytes(row.body)) for row in result)


def quotes(transaction: Transaction) -> Iterator[tuple[Columns, bytes]]:
    """
    The row of every quote revision with its document, one after the other.
    """
    query = select(QUOTE, DOCUMENT.c.body).join(
        DOCUMENT, DOCUMENT.c.sha256 == QUOTE.c.sha256
    )
    result = transaction.execute(query.execution_options(yield_per=100)).mappings()
    return ((dict(row), bytes(row["body"])) for row in result)


def strays(transaction: Transaction) -> Iterator[Stray]:
    """
    Tasks, events, messages and incidents whose workflow or event is missing.
    """
    workflow_ids = select(WORKFLOW.c.id)
    for table in (TASK, EVENT, INCIDENT, OUTBOX):
        query = select(table.c.id).where(table.c.workflow_id.not_in(workflow_ids))
        for found in transaction.execute(query).scalars():
            yield Stray(table=table.name, id=found)
    for table_name, event in archived.misplaced(transaction):
        yield Stray(table=table_name, id=event)
    query = select(OUTBOX.c.id).where(OUTBOX.c.event_id.not_in(select(EVENT.c.id)))
    for found in transaction.execute(query).scalars():
        yield Stray(table=OUTBOX.name, id=found)


def reused_numbers(transaction: Transaction) -> Iterator[tuple[str, int]]:
    """
    Kinds whose next number is not above every one in use, with that next number.
    """
    for name, query in _NUMBERED.items():
        ids = transaction.execute(query).scalars()
        used = [int(each.rpartition("-")[2]) for each in ids]
        following = _next(transaction, name)
        if used and following <= max(used):
            yield name, following


def complaints(transaction: Transaction) -> tuple[str, ...]:
    """
    What the database itself finds wrong; PostgreSQL is never asked, it refuses before.
    """
    if transaction.dialect.name != "sqlite":
        return ()
    links = transaction.execute(text("PRAGMA foreign_key_check")).all()
    pages = transaction.execute(text("PRAGMA quick_check")).scalars()
    return (
        *(f"{row[0]} row {row[1]} refers to a missing {row[2]}" for row in links),
        *(each for each in pages if each != "ok"),
    )


def _next(transaction: Transaction, name: str) -> int:
    if transaction.dialect.name == "sqlite":
        return int(transaction.execute(select(COUNTER.c[name])).scalar_one())
    # A sequence that was never asked has no last value; its start is the next one.
    query = select(
        func.coalesce(text("last_value + 1"), text("start_value"))
    ).select_from(text("pg_sequences"))
    found = transaction.execute(
        query.where(text("sequencename = :name AND schemaname = current_schema()")),
        {"name": f"{name}_number"},
    )
    return int(found.scalar_one())


def _rows(
    transaction: Transaction, query: Select[Any], **parameters: object
) -> tuple[Columns, ...]:
    found = transaction.execute(query, parameters).mappings()
    return tuple(dict(row) for row in found)
