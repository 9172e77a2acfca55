"""
Workflow and task rows ↔ the `Workflow` value; the row is the lock of everything in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from approval_engine.domain.events import instant, stamp
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.workflow import Attempt, Task, Workflow
from approval_engine.errors import Conflict
from approval_engine.store import prepared, sight
from approval_engine.store.answers import Key
from approval_engine.store.catalog import Current
from approval_engine.store.database import Transaction
from approval_engine.store.listing import UNKNOWN, Listed
from approval_engine.store.prepared import Question
from approval_engine.store.rows import task_row, workflow_of, workflow_row
from approval_engine.store.schema import INCIDENT, TASK, WORKFLOW
from approval_engine.store.sight import Sight

_INCIDENT = (
    select(INCIDENT.c.id)
    .where(INCIDENT.c.workflow_id == WORKFLOW.c.id, INCIDENT.c.closed_at.is_(None))
    .limit(1)
    .scalar_subquery()
    .label("incident")
)
_READ = select(WORKFLOW, _INCIDENT).where(WORKFLOW.c.id == bindparam("id"))
# The one lock: people, timers and recalls of a workflow wait for each other here.
_LOCK = Question(_READ.with_for_update(of=WORKFLOW))
# A timer whose workflow somebody is busy with is left to the next round.
_LOCK_IF_FREE = Question(_READ.with_for_update(of=WORKFLOW, skip_locked=True))
_TASKS = (
    select(TASK).where(TASK.c.workflow_id == bindparam("id")).order_by(TASK.c.number)
)
_SUCCESSOR = select(WORKFLOW.c.id).where(WORKFLOW.c.supersedes == bindparam("id"))
_UPDATE = update(WORKFLOW).where(
    WORKFLOW.c.id == bindparam("the_id"), WORKFLOW.c.seq == bindparam("before")
)
_CHANGED = (
    "status", "state", "ended", "timers", "next_due_at", "updated_at",
    "seq", "head",
)  # fmt: skip
_NOT_ARCHIVED = {"archived_month": None, "archived_seq": None}
_INSERT_WORKFLOW = prepared.insert(WORKFLOW)
_INSERT_TASKS = prepared.insert(TASK)
_UPDATE_WORKFLOW = prepared.change(
    _UPDATE.values({name: bindparam(name) for name in _CHANGED})
)
_TASK_CHANGED = (
    "role", "candidates", "assignee", "principal", "status", "is_open",
    "escalation_level", "due_at", "closed_at", "closed_by", "closed_seq",
    "vetoed", "windows", "info_from", "info_since", "then_ask",
    "withdrawn",
)  # fmt: skip
_UPDATE_TASKS = prepared.change(
    update(TASK)
    .where(TASK.c.id == bindparam("the_id"))
    .values({name: bindparam(name) for name in _TASK_CHANGED})
)
_DUE = (
    select(WORKFLOW.c.id)
    .where(
        WORKFLOW.c.next_due_at <= bindparam("now"),
        # What is held stays due; it must not crowd out what can go on.
        _INCIDENT.is_(None),
    )
    .order_by(WORKFLOW.c.next_due_at, WORKFLOW.c.id)
    .limit(bindparam("limit"))
)
_IN_USE = (
    select(WORKFLOW.c.definition_sha256)
    .where(WORKFLOW.c.status == WorkflowStatus.PENDING)
    .order_by(WORKFLOW.c.number.desc())
    .limit(bindparam("limit"))
)
_OVERDUE = (
    select(WORKFLOW.c.next_due_at)
    .where(WORKFLOW.c.next_due_at <= bindparam("before"), _INCIDENT.is_(None))
    .order_by(WORKFLOW.c.next_due_at)
    .limit(1)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """
    A workflow under its lock, with the id of an open incident.

    `answer` was kept under the key of the command, `current` is what holds today,
    `newest_quote` the hash of the newest revision of its quote.
    """

    workflow: Workflow
    incident: str | None
    answer: str | None
    current: Current
    newest_quote: str | None


def lock(
    transaction: Transaction, workflow_id: str, key: Key | None = None
) -> Locked | None:
    """
    The workflow under its lock; None if there is none. Raises KeyReused.
    """
    return _locked(transaction, _LOCK, workflow_id, key)


def lock_if_free(transaction: Transaction, workflow_id: str) -> Locked | None:
    """
    Like `lock`, but None also while somebody else holds the lock.
    """
    return _locked(transaction, _LOCK_IF_FREE, workflow_id, None)


def _locked(
    transaction: Transaction, query: Question, workflow_id: str, key: Key | None
) -> Locked | None:
    asked = (query, {"id": workflow_id})
    locked, rows = sight.of_workflow(transaction, asked, workflow_id, key)
    if not locked:
        return None
    (row,) = locked
    seen = sight.seen(rows, key)
    return Locked(
        workflow=workflow_of(row, seen.rows),
        incident=row.incident,
        answer=seen.answer,
        current=seen.current,
        newest_quote=seen.newest_quote,
    )


def read(
    transaction: Transaction, workflow_id: str
) -> tuple[Workflow, str | None] | None:
    """
    The workflow as last committed, and the id of an open incident. Raises Unreadable.
    """
    row = transaction.execute(_READ, {"id": workflow_id}).one_or_none()
    if row is None:
        return None
    tasks = transaction.execute(_TASKS, {"id": workflow_id}).all()
    return workflow_of(row, tasks), row.incident


def attempts(transaction: Transaction, quote_id: str) -> tuple[Attempt, ...]:
    """
    The workflows of all revisions of a quote, oldest first.
    """
    return attempts_of(sight.of_attempts(transaction, quote_id))


def attempts_of(seen: Sight) -> tuple[Attempt, ...]:
    """
    The workflows of a quote that were seen.
    """
    return tuple(
        Attempt(
            id=row.id,
            revision=row.quote_revision,
            status=WorkflowStatus(row.status),
            steps=row.steps,
            policy_version=row.policy_version,
            created_at=row.created_at,
        )
        for row in seen.rows
    )


def successor(transaction: Transaction, workflow_id: str) -> str | None:
    """
    The workflow that took the place of this one; None if it stands.
    """
    found = transaction.execute(_SUCCESSOR, {"id": workflow_id})
    return found.scalar_one_or_none()


def ids(transaction: Transaction, status: str | None = None) -> tuple[str, ...]:
    """
    The ids of all workflows, oldest first, or of those in one status.
    """
    query = select(WORKFLOW.c.id).order_by(WORKFLOW.c.number)
    if status:
        query = query.where(WORKFLOW.c.status == status)
    return tuple(transaction.execute(query).scalars())


def workflow_of_task(transaction: Transaction, task_id: str) -> str | None:
    """
    The workflow that a task belongs to.
    """
    query = select(TASK.c.workflow_id).where(TASK.c.id == task_id)
    return transaction.execute(query).scalar_one_or_none()


def due(transaction: Transaction, now: datetime, limit: int) -> tuple[str, ...]:
    """
    The workflows with a timer that is due at `now`, longest overdue first.
    """
    found = transaction.execute(_DUE, {"now": stamp(now), "limit": limit})
    return tuple(found.scalars())


def definitions_in_use(transaction: Transaction, limit: int) -> tuple[str, ...]:
    """
    The definitions, each once, of that many open workflows, the newest first.
    """
    found = transaction.execute(_IN_USE, {"limit": limit}).scalars()
    return tuple(dict.fromkeys(found))


def overdue_since(transaction: Transaction, before: datetime) -> datetime | None:
    """
    Since when the oldest timer waits that was due before an instant, if there is one.
    """
    found = transaction.execute(_OVERDUE, {"before": stamp(before)})
    text = found.scalar_one_or_none()
    return instant(text) if text else None


def insert(
    transaction: Transaction, workflow: Workflow, listed: Listed = UNKNOWN
) -> None:
    """
    Add a workflow and its tasks, with what lists say of it.
    """
    row = workflow_row(workflow) | listed.row() | _NOT_ARCHIVED
    _INSERT_WORKFLOW.later(transaction, [row])
    insert_tasks(transaction, workflow.tasks)


def insert_tasks(transaction: Transaction, tasks: Iterable[Task]) -> None:
    """
    Add tasks; their ids must be new.
    """
    _INSERT_TASKS.later(transaction, [task_row(task) for task in tasks])


def save(transaction: Transaction, before: Workflow, after: Workflow) -> None:
    """
    Write what a command changed.

    The number of the last event fences off a writer that lost its lock.
    """
    row = workflow_row(after)
    changed = {name: row[name] for name in _CHANGED}
    fence = {"the_id": before.id, "before": before.seq}
    sentence = f"The {before.subject} changed meanwhile; nothing was stored."
    _UPDATE_WORKFLOW.later(transaction, [changed | fence], Conflict(sentence))
    known = {task.id: task for task in before.tasks}
    updates = [
        {name: row[name] for name in _TASK_CHANGED} | {"the_id": task.id}
        for task in after.tasks
        if known.get(task.id, task) != task
        for row in [task_row(task)]
    ]
    _UPDATE_TASKS.later(transaction, updates)
    insert_tasks(transaction, (task for task in after.tasks if task.id not in known))


def rewrite(transaction: Transaction, workflow: Workflow) -> None:
    """
    Make the rows of a workflow what this value says, whatever they said.
    """
    mine = WORKFLOW.c.id == workflow.id
    transaction.execute(update(WORKFLOW).where(mine).values(workflow_row(workflow)))
    transaction.execute(delete(TASK).where(TASK.c.workflow_id == workflow.id))
    insert_tasks(transaction, workflow.tasks)
