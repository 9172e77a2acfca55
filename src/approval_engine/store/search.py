"""
What somebody looks for → a page of workflows, newest first, and what a list says.

Two statements per page, whatever it holds; a page begins where the one before ended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, literal_column, or_, select

from approval_engine.domain.events import instant, stamp
from approval_engine.store import lists
from approval_engine.store.database import Transaction
from approval_engine.store.rows import intact, readable
from approval_engine.store.schema import INCIDENT, QUOTE, TASK, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """
    What is looked for; None and False ask for nothing.

    `text` stands in the name of the customer, or begins the id of a quote or workflow;
    `people` are those whom it may name as submitter or owner. `late` workflows have a
    task that was due before that instant, `held` ones an open incident. `before` is the
    number that the page before ended with.
    """

    viewer: str | None = None
    text: str | None = None
    people: tuple[str, ...] = ()
    status: str | None = None
    process: str | None = None
    policy_version: str | None = None
    late: datetime | None = None
    held: bool = False
    before: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """
    An open task in one line.
    """

    id: str
    step: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """
    A workflow in one line; `number` is its place, `incident` the id of an open one.
    """

    id: str
    number: int
    account: str
    quote_id: str
    quote_revision: int
    status: str
    process: str
    policy_version: str
    submitted_by: str
    created_at: datetime
    updated_at: datetime
    incident: str | None
    tasks: tuple[Ask, ...]


# The planner uses a partial index only if it reads the very condition of the index.
_OPEN = TASK.c.is_open == literal_column("1")
_INCIDENT = (
    select(INCIDENT.c.id)
    .where(INCIDENT.c.workflow_id == WORKFLOW.c.id, INCIDENT.c.closed_at.is_(None))
    .limit(1)
    .scalar_subquery()
    .label("incident")
)
_SHOWN = ("id", "number", "account", "quote_id", "quote_revision", "status")
_MORE = ("process", "policy_version", "submitted_by")
_TIMES = ("created_at", "updated_at")


def page(transaction: Transaction, wanted: Sought, limit: int) -> tuple[Found, ...]:
    """
    At most so many workflows, newest first.
    """
    columns = (WORKFLOW.c[name] for name in (*_SHOWN, *_MORE, *_TIMES))
    query: Select[Any] = select(*columns, _INCIDENT)
    query = query.order_by(WORKFLOW.c.number.desc()).limit(limit)
    for condition in _conditions(wanted):
        query = query.where(condition)
    rows = transaction.execute(query).all()
    asks = _asks(transaction, [row.id for row in rows])
    return tuple(readable(rows, partial(_found, asks)))


def _found(asks: Mapping[str, list[Ask]], row: Row[Any]) -> Found:
    with intact(row.id):
        return Found(
            **{name: getattr(row, name) for name in (*_SHOWN, *_MORE)},
            created_at=instant(row.created_at),
            updated_at=instant(row.updated_at),
            incident=row.incident,
            tasks=tuple(asks.get(row.id, ())),
        )


def named(transaction: Transaction, text: str) -> tuple[str, str] | None:
    """
    What a text is the very id of, whatever its case: kind and id, or None.
    """
    kinds = (("workflow", WORKFLOW), ("task", TASK), ("quote", QUOTE))
    for word in dict.fromkeys((text, text.upper())):
        for kind, table in kinds:
            query = select(table.c.id).where(table.c.id == word).limit(1)
            if (found := transaction.execute(query).scalar()) is not None:
                return kind, found
    return None


def _asks(transaction: Transaction, ids: list[str]) -> dict[str, list[Ask]]:
    query = (
        select(TASK.c.workflow_id, TASK.c.id, TASK.c.step, TASK.c.due_at)
        .where(_OPEN, TASK.c.workflow_id.in_(ids))
        .order_by(TASK.c.number)
    )
    found: dict[str, list[Ask]] = {}
    for workflow_id, ask in readable(transaction.execute(query) if ids else (), _ask):
        found.setdefault(workflow_id, []).append(ask)
    return found


def _ask(row: Row[Any]) -> tuple[str, Ask]:
    with intact(row.workflow_id):
        ask = Ask(id=row.id, step=row.step, due_at=instant(row.due_at))
        return row.workflow_id, ask


def _conditions(wanted: Sought) -> Iterator[ColumnElement[bool]]:
    if wanted.viewer is not None:
        yield lists.has_part(wanted.viewer)
    if wanted.text:
        yield or_(*_mentions(wanted.text, wanted.people))
    for name in ("status", "process", "policy_version"):
        if (value := getattr(wanted, name)) is not None:
            yield WORKFLOW.c[name] == value
    if wanted.late is not None:
        late = select(TASK.c.workflow_id).where(
            _OPEN, TASK.c.due_at < stamp(wanted.late)
        )
        yield WORKFLOW.c.id.in_(late)
    if wanted.held:
        held = INCIDENT.c.workflow_id == WORKFLOW.c.id
        yield exists().where(held, INCIDENT.c.closed_at.is_(None))
    if wanted.before is not None:
        yield WORKFLOW.c.number < wanted.before


def _mentions(text: str, people: tuple[str, ...]) -> Iterator[ColumnElement[Any]]:
    yield WORKFLOW.c.account.icontains(text, autoescape=True)
    yield WORKFLOW.c.quote_id.istartswith(text, autoescape=True)
    yield WORKFLOW.c.id.istartswith(text, autoescape=True)
    if people:
        yield WORKFLOW.c.submitted_by.in_(people)
        yield WORKFLOW.c.owner.in_(people)
