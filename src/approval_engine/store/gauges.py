"""
The database → the numbers that a scrape of the metrics reads, each by an index.

Hardly a row is opened for it: a scrape must not disturb those who work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    Text,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from approval_engine.domain.events import instant, stamp
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.store import locks, pace, workers, workflows
from approval_engine.store.database import Transaction
from approval_engine.store.locks import Waits
from approval_engine.store.pace import Pace
from approval_engine.store.schema import INCIDENT, OUTBOX, TASK, WORKFLOW
from approval_engine.store.workers import Watch

CAP = 100_000
"""Workflows and messages, and tasks of each role, are counted no further than this."""

# The planner uses a partial index only if it reads the very condition of the index.
_IS_OPEN = TASK.c.is_open == literal_column("1")
# From one role to the next along the index: not every task is read for its role.
_FIRST = select(func.min(TASK.c.role).label("name")).where(_IS_OPEN).cte(recursive=True)
_NEXT = select(func.min(TASK.c.role)).where(_IS_OPEN, TASK.c.role > _FIRST.c.name)
_ROLE = _FIRST.union_all(
    select(_NEXT.scalar_subquery()).where(_FIRST.c.name.is_not(None))
)
_WAITING = OUTBOX.c.status == literal_column("'waiting'")
_DEAD = OUTBOX.c.status == literal_column("'dead'")
_HELD = (
    select(INCIDENT.c.id)
    .where(
        INCIDENT.c.workflow_id == OUTBOX.c.workflow_id, INCIDENT.c.closed_at.is_(None)
    )
    .exists()
)
_OLDEST = (
    select(OUTBOX.c.next_attempt_at)
    # What is held back on purpose is not late.
    .where(_WAITING, ~_HELD)
    .order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id)
    .limit(1)
)


def _counted(rows: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(rows.limit(CAP).subquery())


_OF_ROLE = select(TASK.c.due_at).where(_IS_OPEN, TASK.c.role == _ROLE.c.name)
_LATE = _OF_ROLE.where(TASK.c.due_at < bindparam("now", type_=Text))
# Of each role one row is opened, of the task that is due first.
_FIRST_DUE = (
    select(TASK.c.opened_at)
    .where(_IS_OPEN, TASK.c.role == _ROLE.c.name)
    .order_by(TASK.c.due_at, TASK.c.id)
    .limit(1)
)
_OPEN_TASKS = select(
    _ROLE.c.name,
    _counted(_OF_ROLE.correlate(_ROLE)).correlate(_ROLE).scalar_subquery(),
    _counted(_LATE.correlate(_ROLE)).correlate(_ROLE).scalar_subquery(),
    _FIRST_DUE.correlate(_ROLE).scalar_subquery(),
).where(_ROLE.c.name.is_not(None))
_SIZES = select(
    _counted(select(OUTBOX.c.id).where(_WAITING)).scalar_subquery().label("waiting"),
    _counted(select(OUTBOX.c.created_at).where(_DEAD)).scalar_subquery().label("dead"),
    _counted(select(INCIDENT.c.workflow_id).where(INCIDENT.c.closed_at.is_(None)))
    .scalar_subquery()
    .label("incidents"),
    _OLDEST.scalar_subquery().label("oldest"),
)
_WORKFLOWS = union_all(
    *(
        select(
            literal(str(status), Text).label("status"),
            _counted(select(WORKFLOW.c.number).where(WORKFLOW.c.status == status))
            .scalar_subquery()
            .label("number"),
        )
        for status in WorkflowStatus
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gauges:
    """
    How things stand at one moment.

    `open_tasks`, `late_tasks` and since when the one waits that is due first are by
    role, so is the `pace`; `workflows` are by status; `timer_due_at` and
    `outbox_due_at` are the oldest instants that have passed, None if nothing waits.
    `waits` for locks are None where the database does not tell.
    """

    open_tasks: Mapping[str, int]
    late_tasks: Mapping[str, int]
    waits_since: Mapping[str, datetime]
    pace: Pace
    workflows: Mapping[str, int]
    incidents: int
    timer_due_at: datetime | None
    outbox_waiting: int
    outbox_dead: int
    outbox_due_at: datetime | None
    workers: Watch
    waits: Waits | None


def read(transaction: Transaction, now: datetime) -> Gauges:
    """
    The numbers of now.
    """
    tasks = transaction.execute(_OPEN_TASKS, {"now": stamp(now)}).all()
    by_status = {row.status: row.number for row in transaction.execute(_WORKFLOWS)}
    sizes = transaction.execute(_SIZES).one()
    oldest = instant(sizes.oldest) if sizes.oldest else None
    return Gauges(
        open_tasks={role: count for role, count, _, _ in tasks},
        late_tasks={role: late for role, _, late, _ in tasks},
        waits_since={role: instant(since) for role, _, _, since in tasks if since},
        pace=pace.lately(transaction, now),
        workflows=by_status,
        incidents=sizes.incidents,
        timer_due_at=workflows.overdue_since(transaction, now),
        outbox_waiting=sizes.waiting,
        outbox_dead=sizes.dead,
        outbox_due_at=oldest if oldest and oldest < now else None,
        workers=workers.watch(transaction, now),
        waits=locks.waiting(transaction),
    )
