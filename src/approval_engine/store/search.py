"""
What somebody looks for → a page of workflows, newest first, and what a list says.

As many statements per page, whatever it holds; a page begins where the one before
ended. What no index leads to is looked for among the newest workflows only, and a text
beyond them by the names that it may mean.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, literal_column, or_, select

from approval_engine.domain.events import instant, stamp
from approval_engine.store import lists, naming, reach
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """
    Workflows, and the number that the next page is `before`; None after the last one.

    A page that is not full and has a next one ended where looking did.
    """

    rows: tuple[Found, ...]
    before: int | None


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


def page(transaction: Transaction, wanted: Sought, limit: int) -> Page:
    """
    At most so many workflows, newest first.
    """
    end = reach.end(transaction, wanted.before) if _is_sifted(wanted) else None
    near = [*_conditions(wanted)]
    if end is not None:
        near.append(WORKFLOW.c.number >= end)
    rows = _rows(transaction, near, limit + 1)
    following = end
    if len(rows) <= limit and end is not None and wanted.viewer is None:
        far = _far(transaction, wanted, end, limit + 1 - len(rows))
        if far is not None:
            rows, following = [*rows, *far], None
    if len(rows) > limit:
        following = rows[limit - 1].number
    return _page(transaction, rows[:limit], following)


def _is_sifted(wanted: Sought) -> bool:
    """
    Whether workflows are looked at that may not be wanted, as no index knows.
    """
    return bool(wanted.viewer or wanted.text or wanted.policy_version)


def _rows(
    transaction: Transaction, conditions: Iterable[ColumnElement[bool]], limit: int
) -> list[Row[Any]]:
    columns = (WORKFLOW.c[name] for name in (*_SHOWN, *_MORE, *_TIMES))
    query: Select[Any] = select(*columns, _INCIDENT).where(*conditions)
    query = query.order_by(WORKFLOW.c.number.desc()).limit(limit)
    return [*transaction.execute(query)]


def _far(
    transaction: Transaction, wanted: Sought, end: int, limit: int
) -> list[Row[Any]] | None:
    """
    What a text names among older ones; None if nobody can say without looking at all.
    """
    if wanted.text is None:
        return None
    within = [*_filters(wanted), WORKFLOW.c.number < end]
    people = wanted.people
    found = naming.numbers(transaction, wanted.text, people, within, limit)
    if not found:
        return None if found is None else []
    return _rows(transaction, [WORKFLOW.c.number.in_(found)], limit)


def _page(
    transaction: Transaction, rows: list[Row[Any]], following: int | None
) -> Page:
    asks = _asks(transaction, [row.id for row in rows])
    return Page(rows=tuple(readable(rows, partial(_found, asks))), before=following)


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
    if wanted.before is not None:
        yield WORKFLOW.c.number < wanted.before
    yield from _filters(wanted)


def _filters(wanted: Sought) -> Iterator[ColumnElement[bool]]:
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


def _mentions(text: str, people: tuple[str, ...]) -> Iterator[ColumnElement[Any]]:
    yield WORKFLOW.c.account.icontains(text, autoescape=True)
    yield WORKFLOW.c.quote_id.istartswith(text, autoescape=True)
    yield WORKFLOW.c.id.istartswith(text, autoescape=True)
    if people:
        yield WORKFLOW.c.submitted_by.in_(people)
        yield WORKFLOW.c.owner.in_(people)
