"""
What lists say of a workflow, and whom its later steps ask: written when it begins.

Both follow from documents that never change, so no event speaks of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    tuple_,
)

from approval_engine.domain.workflow import Workflow
from approval_engine.store import prepared
from approval_engine.store.database import Transaction
from approval_engine.store.schema import TASK, TASK_AHEAD, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """
    The figures of a workflow in lists, as the policy read them, and its reasons.

    `amount_minor` is the amount in hundredths, for comparing only.
    """

    amount: str | None = None
    amount_minor: int | None = None
    discount_pct: str | None = None
    margin_pct: str | None = None
    reasons: str | None = None

    def row(self) -> dict[str, object]:
        """
        The columns.
        """
        return {name: getattr(self, name) for name in Listed.__slots__}


UNKNOWN = Listed()

COLUMNS = tuple(WORKFLOW.c[name] for name in Listed.__slots__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """
    A step that did not open yet and will ask the person who looks.
    """

    workflow_id: str
    step: str
    number: int
    quote_id: str
    quote_revision: int
    account: str
    submitted_by: str
    created_at: str
    plan_sha256: str
    policy_sha256: str
    listed: Listed


_ADD = prepared.insert(TASK_AHEAD)
_FORGET = delete(TASK_AHEAD).where(TASK_AHEAD.c.workflow_id == bindparam("id"))
_OPENED = exists().where(
    TASK.c.workflow_id == TASK_AHEAD.c.workflow_id, TASK.c.step == TASK_AHEAD.c.step
)
_COMING: Select[Any] = (
    select(
        TASK_AHEAD.c.workflow_id,
        TASK_AHEAD.c.step,
        TASK_AHEAD.c.number,
        WORKFLOW.c.quote_id,
        WORKFLOW.c.quote_revision,
        WORKFLOW.c.account,
        WORKFLOW.c.submitted_by,
        WORKFLOW.c.created_at,
        WORKFLOW.c.plan_sha256,
        WORKFLOW.c.policy_sha256,
        *COLUMNS,
    )
    .join(WORKFLOW, WORKFLOW.c.id == TASK_AHEAD.c.workflow_id)
    .where(
        TASK_AHEAD.c.person == bindparam("person"),
        tuple_(TASK_AHEAD.c.number, TASK_AHEAD.c.step)
        > tuple_(bindparam("number"), bindparam("step")),
        WORKFLOW.c.status == literal_column("'pending'"),
        ~_OPENED,
    )
    .order_by(TASK_AHEAD.c.number, TASK_AHEAD.c.step)
    .limit(bindparam("limit"))
)
_COUNT = select(func.count()).select_from(_COMING.subquery())
_START: Mapping[str, Any] = {"number": 0, "step": ""}


def look_ahead(
    transaction: Transaction, workflow: Workflow, asked: Iterable[tuple[str, str]]
) -> None:
    """
    Remember whom steps will ask that did not open yet: pairs of step and person.
    """
    number = int(workflow.id.rpartition("-")[2])
    rows = [
        {"person": person, "number": number, "step": step, "workflow_id": workflow.id}
        for step, person in sorted(set(asked))
    ]
    _ADD.later(transaction, rows)


def forget(transaction: Transaction, workflow_id: str) -> None:
    """
    Nothing of a review that ended is still to come.
    """
    transaction.execute(_FORGET, {"id": workflow_id})


def coming(
    transaction: Transaction,
    person: str,
    limit: int,
    after: tuple[int, str] | None = None,
) -> tuple[Ahead, ...]:
    """
    The steps that will ask a person, those of the oldest review first.
    """
    place = {"number": after[0], "step": after[1]} if after else _START
    rows = transaction.execute(_COMING, {"person": person, "limit": limit, **place})
    return tuple(_ahead(row) for row in rows)


def _ahead(row: Row[Any]) -> Ahead:
    own = (name for name in Ahead.__slots__ if name != "listed")
    return Ahead(**{name: getattr(row, name) for name in own}, listed=listed_of(row))


def listed_of(row: Row[Any]) -> Listed:
    """
    The figures in a row that has `COLUMNS`.
    """
    return Listed(**{name: getattr(row, name) for name in Listed.__slots__})


def count_coming(transaction: Transaction, person: str, cap: int) -> int:
    """
    How many steps will ask a person, counted no further than `cap`.
    """
    parameters = {"person": person, "limit": cap, **_START}
    return int(transaction.execute(_COUNT, parameters).scalar_one())
