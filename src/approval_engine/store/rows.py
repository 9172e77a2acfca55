"""
Workflow and task rows ↔ values, column by column; no SQL in here.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Row

from approval_engine.documents import canonical, load
from approval_engine.domain.events import instant, stamp
from approval_engine.domain.lifecycle import TaskStatus, WorkflowStatus
from approval_engine.domain.timers import PendingTimer, TimerKind
from approval_engine.domain.workflow import Evidence, Task, Workflow
from approval_engine.errors import BROKEN, Unreadable, reason

T = TypeVar("T")

_LOG = logging.getLogger(__name__)


def workflow_row(workflow: Workflow) -> dict[str, object]:
    """
    The columns of a workflow.
    """
    next_due_at = workflow.next_due_at
    evidence = workflow.evidence
    return {
        "id": workflow.id,
        "number": _number(workflow.id),
        "quote_id": workflow.quote_id,
        "quote_revision": workflow.quote_revision,
        "attempt": workflow.attempt,
        "account": workflow.account,
        "submitted_by": workflow.submitted_by,
        "owner": workflow.owner,
        "policy": workflow.policy,
        "policy_version": workflow.policy_version,
        "process": workflow.process,
        **{f"{name}_sha256": getattr(evidence, name) for name in Evidence.__slots__},
        "status": str(workflow.status),
        "steps": workflow.steps,
        "state": workflow.state,
        "ended": workflow.ended,
        "timers": canonical([_timer_row(timer) for timer in workflow.timers]).decode(),
        "next_due_at": stamp(next_due_at) if next_due_at else None,
        "created_at": stamp(workflow.created_at),
        "updated_at": stamp(workflow.updated_at),
        "seq": workflow.seq,
        "head": workflow.head,
        "supersedes": workflow.supersedes,
        "fingerprint": workflow.fingerprint,
    }


def task_row(task: Task) -> dict[str, object]:
    """
    The columns of a task.
    """
    return {
        "id": task.id,
        "number": _number(task.id),
        "workflow_id": task.workflow_id,
        "step": task.step,
        "element": task.element,
        "occurrence": task.occurrence,
        "seat": task.seat,
        "role": task.role,
        "candidates": _texts(task.candidates),
        "assignee": task.assignee,
        "principal": task.principal,
        "status": str(task.status),
        "is_open": int(task.is_open),
        "escalation_level": task.escalation_level,
        "opened_at": stamp(task.opened_at),
        "due_at": stamp(task.due_at),
        "closed_at": stamp(task.closed_at) if task.closed_at else None,
        "closed_by": task.closed_by,
        "closed_seq": task.closed_seq,
        "vetoed": int(task.vetoed),
        "windows": _texts(task.windows),
        "ad_hoc": int(task.ad_hoc),
        "info_from": task.info_from,
        "info_since": stamp(task.info_since) if task.info_since else None,
        "then_ask": _texts(task.then_ask) if task.then_ask else None,
        "withdrawn": int(task.withdrawn),
    }


def workflow_of(row: Row[Any], tasks: Iterable[Row[Any]]) -> Workflow:
    """
    The value of a workflow row and its task rows. Raises Unreadable.
    """
    with intact(row.id):
        return _workflow_of(row, tasks)


def task_of(row: Row[Any]) -> Task:
    """
    The value of a task row. Raises Unreadable.
    """
    with intact(row.workflow_id):
        return _task_of(row)


def readable(rows: Iterable[Row[Any]], make: Callable[[Row[Any]], T]) -> Iterator[T]:
    """
    What `make` makes of each row; one that cannot be read hides none of the others.
    """
    for row in rows:
        try:
            yield make(row)
        except Unreadable as error:
            _LOG.warning("action=skip workflow=%s %s", error.workflow, error)


@contextmanager
def intact(workflow_id: str) -> Iterator[None]:
    """
    Around what reads columns of a workflow. Raises Unreadable for whatever is in them.
    """
    try:
        yield
    except BROKEN as error:
        if isinstance(error, Unreadable):
            raise
        sentence = (
            f"The rows of workflow '{workflow_id}' cannot be read: {reason(error)}"
        )
        raise Unreadable(workflow_id, sentence) from error


def _workflow_of(row: Row[Any], tasks: Iterable[Row[Any]]) -> Workflow:
    return Workflow(
        id=row.id,
        quote_id=row.quote_id,
        quote_revision=row.quote_revision,
        attempt=row.attempt,
        account=row.account,
        submitted_by=row.submitted_by,
        owner=row.owner,
        policy=row.policy,
        policy_version=row.policy_version,
        process=row.process,
        evidence=Evidence(
            **{name: getattr(row, f"{name}_sha256") for name in Evidence.__slots__}
        ),
        status=WorkflowStatus(row.status),
        steps=row.steps,
        state=bytes(row.state),
        ended=row.ended,
        timers=tuple(_timer_of(timer) for timer in _list(row.timers)),
        tasks=tuple(_task_of(task) for task in tasks),
        created_at=instant(row.created_at),
        updated_at=instant(row.updated_at),
        seq=row.seq,
        head=row.head,
        supersedes=row.supersedes,
        fingerprint=row.fingerprint,
    )


def _task_of(row: Row[Any]) -> Task:
    return Task(
        id=row.id,
        workflow_id=row.workflow_id,
        step=row.step,
        element=row.element,
        occurrence=row.occurrence,
        seat=row.seat,
        role=row.role,
        candidates=tuple(_list(row.candidates)),
        assignee=row.assignee,
        principal=row.principal,
        status=TaskStatus(row.status),
        escalation_level=row.escalation_level,
        opened_at=instant(row.opened_at),
        due_at=instant(row.due_at),
        closed_at=instant(row.closed_at) if row.closed_at else None,
        closed_by=row.closed_by,
        closed_seq=row.closed_seq,
        vetoed=bool(row.vetoed),
        windows=tuple(_list(row.windows)),
        ad_hoc=bool(row.ad_hoc),
        info_from=row.info_from,
        info_since=instant(row.info_since) if row.info_since else None,
        then_ask=tuple(_list(row.then_ask)) if row.then_ask else (),
        withdrawn=bool(row.withdrawn),
    )


def _texts(texts: tuple[str, ...]) -> str:
    return canonical(texts).decode() if texts else "[]"


def _list(text: str) -> list[Any]:
    return load(text.encode())  # type: ignore[return-value] # written by task_row


def _number(identifier: str) -> int:
    return int(identifier.rpartition("-")[2])


def _timer_row(timer: PendingTimer) -> dict[str, object]:
    row: dict[str, object] = {
        "element": timer.element,
        "occurrence": timer.occurrence,
        "step": timer.step,
        "kind": str(timer.kind),
        "level": timer.level,
        "dueAt": stamp(timer.due_at),
    }
    return row | ({"pausedAt": stamp(timer.paused_at)} if timer.paused_at else {})


def _timer_of(row: Mapping[str, Any]) -> PendingTimer:
    return PendingTimer(
        element=row["element"],
        occurrence=row["occurrence"],
        step=row["step"],
        kind=TimerKind(row["kind"]),
        level=row["level"],
        due_at=instant(row["dueAt"]),
        paused_at=instant(row["pausedAt"]) if "pausedAt" in row else None,
    )
