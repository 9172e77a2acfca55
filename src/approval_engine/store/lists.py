"""
Filters → pages of workflows, tasks and quotes, in an order that paging can go on from.

A viewer sees what he has a part in; without one everything is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from approval_engine.documents import canonical
from approval_engine.domain.lifecycle import OPEN_TASK, TaskStatus
from approval_engine.domain.workflow import Task
from approval_engine.store import reach
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.rows import readable, task_of
from approval_engine.store.schema import DOCUMENT, TASK, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkflowFilter:
    """
    Which workflows; `before` is the number that the page before ended with.
    """

    viewer: str | None = None
    status: str | None = None
    quote_id: str | None = None
    before: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskFilter:
    """
    Which tasks; `after` is due instant and number of the last task of the page before.
    """

    viewer: str | None = None
    assignee: str | None = None
    role: str | None = None
    status: str | None = None
    due_before: str | None = None
    after: tuple[str, int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """
    A task with the plan it comes from.
    """

    task: Task
    plan_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteState:
    """
    The newest revision of a quote, and the newest workflow of that revision, if any.
    """

    quote: QuoteRow
    workflow: str | None
    status: str | None


def workflow_ids(
    transaction: Transaction, wanted: WorkflowFilter, limit: int
) -> tuple[tuple[str, ...], int | None]:
    """
    The ids of workflows, newest first, and where the next page begins, if there is one.

    Of what a viewer has a part in a page may hold fewer than there are: so many
    workflows are looked at for one page.
    """
    query = select(WORKFLOW.c.id, WORKFLOW.c.number).limit(limit + 1)
    query = query.order_by(WORKFLOW.c.number.desc())
    end = None
    if wanted.viewer is not None and wanted.quote_id is None:
        end = reach.end(transaction, wanted.before)
    if end is not None:
        query = query.where(WORKFLOW.c.number >= end)
    if wanted.viewer is not None:
        query = query.where(has_part(wanted.viewer))
    if wanted.status is not None:
        query = query.where(WORKFLOW.c.status == wanted.status)
    if wanted.quote_id is not None:
        query = query.where(WORKFLOW.c.quote_id == wanted.quote_id)
    if wanted.before is not None:
        query = query.where(WORKFLOW.c.number < wanted.before)
    rows = transaction.execute(query).all()
    ids = tuple(row.id for row in rows[:limit])
    return ids, rows[limit - 1].number if len(rows) > limit else end


def tasks(
    transaction: Transaction, wanted: TaskFilter, limit: int
) -> tuple[tuple[Listed, ...], tuple[str, int] | None]:
    """
    Tasks, open and closed, those due first, and where the next page begins, if at all.

    A page may hold fewer than there are: so many tasks are looked at for one page.
    """
    seen = _window(wanted, TASK).limit(reach.LOOKED).subquery()
    query = (
        select(seen, WORKFLOW.c.plan_sha256)
        .join(WORKFLOW, WORKFLOW.c.id == seen.c.workflow_id)
        .where(*_conditions(wanted, seen.c))
        .order_by(seen.c.due_at, seen.c.id)
        .limit(limit + 1)
    )
    rows = transaction.execute(query).all()
    found = tuple(readable(rows[:limit], _listed))
    if len(rows) > limit:
        return found, (rows[limit - 1].due_at, rows[limit - 1].number)
    return found, _behind(transaction, wanted)


def _behind(transaction: Transaction, wanted: TaskFilter) -> tuple[str, int] | None:
    """
    Where looking ended; None if nothing lies behind.
    """
    last = _window(wanted, TASK.c.due_at, TASK.c.number)
    last = last.offset(reach.LOOKED - 1).limit(1)
    row = transaction.execute(last).one_or_none()
    return (row.due_at, row.number) if row else None


def _window(wanted: TaskFilter, *columns: Any) -> Select[Any]:  # noqa: ANN401 or tables
    """
    The tasks that are looked at, along an index that has them in this order.
    """
    query = select(*columns)
    if wanted.status is not None and TaskStatus(wanted.status) in OPEN_TASK:
        # The planner uses a partial index only if it reads its very condition.
        query = query.where(TASK.c.is_open == literal_column("1"))
        if wanted.assignee is not None:
            query = query.where(TASK.c.assignee == wanted.assignee)
        elif wanted.role is not None:
            query = query.where(TASK.c.role == wanted.role)
    if wanted.due_before is not None:
        query = query.where(TASK.c.due_at < wanted.due_before)
    if wanted.after is not None:
        due_at, number = wanted.after
        place = tuple_(due_at, f"T-{number}")
        query = query.where(tuple_(TASK.c.due_at, TASK.c.id) > place)
    return query.order_by(TASK.c.due_at, TASK.c.id)


def _listed(row: Row[Any]) -> Listed:
    return Listed(task=task_of(row), plan_sha256=row.plan_sha256)


def quote_states(
    transaction: Transaction, rows: tuple[QuoteRow, ...]
) -> tuple[QuoteState, ...]:
    """
    Where the review of these quote revisions stands, in their order.
    """
    reviewed = select(
        WORKFLOW.c.id, WORKFLOW.c.status, WORKFLOW.c.quote_id, WORKFLOW.c.quote_revision
    ).where(WORKFLOW.c.quote_id.in_([row.id for row in rows]))
    newest = {
        (found.quote_id, found.quote_revision): (found.id, found.status)
        for found in transaction.execute(reviewed.order_by(WORKFLOW.c.number))
    }
    states = (newest.get((row.id, row.revision), (None, None)) for row in rows)
    return tuple(
        QuoteState(quote=row, workflow=workflow, status=status)
        for row, (workflow, status) in zip(rows, states, strict=True)
    )


def has_part(person: str) -> ColumnElement[bool]:
    """
    The condition on a workflow that a person submitted it, or is asked there.
    """
    return or_(_submitted_by(person), _asked(person))


def documents_of(
    transaction: Transaction, workflows: Iterable[str]
) -> tuple[tuple[str, str, str], ...]:
    """
    The hashes of plan, quote and evaluation of several workflows.
    """
    names = ("plan_sha256", "quote_sha256", "evaluation_sha256")
    query = select(*(WORKFLOW.c[name] for name in names))
    rows = transaction.execute(query.where(WORKFLOW.c.id.in_(tuple(workflows))))
    return tuple((plan, quote, evaluation) for plan, quote, evaluation in rows)


def bodies(transaction: Transaction, hashes: Iterable[str]) -> dict[str, bytes]:
    """
    The bytes of several documents, by their hashes.
    """
    wanted = sorted(set(hashes))
    if not wanted:
        return {}
    query = select(DOCUMENT.c.sha256, DOCUMENT.c.body)
    rows = transaction.execute(query.where(DOCUMENT.c.sha256.in_(wanted)))
    return {row.sha256: bytes(row.body) for row in rows}


def _conditions(
    wanted: TaskFilter, task: ReadOnlyColumnCollection[str, Any]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.viewer is not None:
        found.append(or_(_submitted_by(wanted.viewer), _has(task, wanted.viewer)))
    asked = {name: getattr(wanted, name) for name in ("assignee", "role", "status")}
    found += (task[n] == value for n, value in asked.items() if value is not None)
    return found


def _submitted_by(person: str) -> ColumnElement[bool]:
    return or_(WORKFLOW.c.submitted_by == person, WORKFLOW.c.owner == person)


def _asked(person: str) -> ColumnElement[bool]:
    # Of each workflow that is looked at, never all of his tasks at once: those may be
    # very many. EXISTS would leave that to the planner.
    mine = TASK.c.workflow_id == WORKFLOW.c.id
    his = select(TASK.c.id).where(mine, _has(TASK.c, person))
    return his.limit(1).scalar_subquery().is_not(None)


def _has(task: ReadOnlyColumnCollection[str, Any], person: str) -> ColumnElement[bool]:
    # Candidates are canonical JSON, so an id stands in it in quotes, as a whole.
    quoted = canonical(person).decode()
    return or_(
        task.assignee == person,
        task.principal == person,
        task.closed_by == person,
        func.replace(task.candidates, quoted, "") != task.candidates,
    )
