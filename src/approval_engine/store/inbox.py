"""
A person → the open tasks that wait for him, by due time, a page per query.

Who may act is decided by `domain.actions`; this only finds the rows to show.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    bindparam,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)

from approval_engine.domain.workflow import Task
from approval_engine.store import asking
from approval_engine.store.asking import MINE, NOT_HIS, OPEN, Reader, pool
from approval_engine.store.database import Transaction
from approval_engine.store.rows import readable, task_of
from approval_engine.store.schema import DOCUMENT, TASK, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """
    Where a page ends: the next one begins behind it.
    """

    due_at: str = ""
    task_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """
    An open task with what a list says of its quote; `plan` is the document of the plan.
    """

    task: Task
    quote_id: str
    quote_revision: int
    account: str
    submitted_by: str
    plan: bytes
    place: Place


START = Place()

_BEHIND = tuple_(TASK.c.due_at, TASK.c.id) > tuple_(
    bindparam("due_at", type_=Text), bindparam("task_id", type_=Text)
)
_ROLE = or_(
    bindparam("role", type_=Text) == literal_column("''"),
    TASK.c.role == bindparam("role", type_=Text),
)


def open_for(
    transaction: Transaction,
    reader: Reader,
    limit: int = 50,
    after: Place = START,
    role: str | None = None,
) -> tuple[Waiting, ...]:
    """
    The tasks that the reader can act on now, those due first before the others.

    Held workflows are left out. With `role` only the tasks of that role.
    """
    found = transaction.execute(
        _page(len(reader.roles)), _parameters(reader, limit, after, role)
    )
    return _waiting(found)


def open_of_all(
    transaction: Transaction,
    limit: int = 500,
    after: Place = START,
    role: str | None = None,
) -> tuple[Waiting, ...]:
    """
    Everybody's open tasks, also of held workflows, those due first before the others.
    """
    parameters = {**_place(after), "limit": limit, "role": role or ""}
    return _waiting(transaction.execute(_EVERYBODY, parameters))


def _parameters(
    reader: Reader, limit: int, after: Place, role: str | None
) -> dict[str, object]:
    return {
        **asking.parameters(reader),
        "limit": limit,
        "role": role or "",
        **_place(after),
    }


def _place(after: Place) -> dict[str, object]:
    return {"due_at": after.due_at, "task_id": after.task_id}


@cache
def _page(roles: int) -> Select[Any]:
    ids = _cut(roles).subquery("ids")
    return _shown().join(ids, ids.c.id == TASK.c.id)


def _cut(roles: int) -> Select[Any]:
    """
    The ids of a page: each group is cut by its own index before anything is joined.
    """
    pools = [pool(number) for number in range(roles)]
    groups = union_all(*(_group(each) for each in (MINE, *pools))).subquery("groups")
    page = select(groups.c.id).order_by(groups.c.due_at, groups.c.id)
    return page.limit(bindparam("limit"))


def _group(condition: ColumnElement[bool]) -> Select[Any]:
    # SQLite takes ORDER BY and LIMIT within a UNION only inside a subquery.
    cut = (
        select(TASK.c.id, TASK.c.due_at)
        .join(WORKFLOW, WORKFLOW.c.id == TASK.c.workflow_id)
        .where(OPEN, condition, _ROLE, _BEHIND, NOT_HIS)
        .order_by(TASK.c.due_at, TASK.c.id)
        .limit(bindparam("limit"))
        .subquery()
    )
    return select(cut.c.id, cut.c.due_at)


def _shown() -> Select[Any]:
    return (
        select(
            TASK,
            WORKFLOW.c.quote_id,
            WORKFLOW.c.quote_revision,
            WORKFLOW.c.account,
            WORKFLOW.c.submitted_by,
            DOCUMENT.c.body.label("plan"),
        )
        .join(WORKFLOW, WORKFLOW.c.id == TASK.c.workflow_id)
        .join(DOCUMENT, DOCUMENT.c.sha256 == WORKFLOW.c.plan_sha256)
        .order_by(TASK.c.due_at, TASK.c.id)
    )


_EVERYBODY = _shown().where(OPEN, _ROLE, _BEHIND).limit(bindparam("limit"))


def _waiting(rows: Iterable[Row[Any]]) -> tuple[Waiting, ...]:
    return tuple(readable(rows, _one))


def _one(row: Row[Any]) -> Waiting:
    return Waiting(
        task=task_of(row),
        quote_id=row.quote_id,
        quote_revision=row.quote_revision,
        account=row.account,
        submitted_by=row.submitted_by,
        plan=bytes(row.plan),
        place=Place(due_at=row.due_at, task_id=row.id),
    )
