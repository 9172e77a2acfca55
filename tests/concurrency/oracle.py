"""
What must hold whatever was killed or raced, read from the tables alone.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from approval_engine.operations.check import replay_all, verify_all
from approval_engine.operations.invariants import check_all
from approval_engine.store.schema import (
    EVENT,
    EVENT_TEXT,
    IDEMPOTENCY,
    INCIDENT,
    OUTBOX,
    TASK,
    WORKFLOW,
)


def assert_all_holds(runtime):
    """
    Every invariant holds in the whole database, and nothing had to be held.
    """
    assert check_all(runtime).findings == ()
    assert rows(runtime, select(INCIDENT.c.workflow_id, INCIDENT.c.detail)) == []


def assert_sound(runtime, workflow_id):
    """
    The rows of a workflow are what its events say, their chain holds, nothing is held.
    """
    held = select(INCIDENT.c.detail).where(INCIDENT.c.workflow_id == workflow_id)
    assert rows(runtime, held) == []
    replayed = replay_all(runtime, workflow_id)
    verified = verify_all(runtime, workflow_id)
    assert [each for each in replayed if each.difference] == []
    assert [each for each in verified if each.first_altered is not None] == []


def rows(runtime, query):
    with runtime.database.read() as transaction:
        return [tuple(row) for row in transaction.execute(query)]


def facts(runtime, workflow_id):
    """
    How often each fact was recorded in a workflow.
    """
    query = select(EVENT.c.action).where(EVENT.c.workflow_id == workflow_id)
    return Counter(action for (action,) in rows(runtime, query))


def decisions(runtime, task_id):
    """
    The decisions recorded on one task.
    """
    query = select(EVENT.c.action).where(
        EVENT.c.task_id == task_id,
        EVENT.c.action.in_(("task_approved", "task_rejected", "task_returned")),
    )
    return [action for (action,) in rows(runtime, query)]


def escalated(runtime, workflow_id):
    """
    The tasks that went up a rung, each once.
    """
    query = select(EVENT.c.task_id).where(
        EVENT.c.workflow_id == workflow_id, EVENT.c.action == "task_escalated"
    )
    return {task for (task,) in rows(runtime, query)}


def messages(runtime, workflow_id):
    """
    How many messages of each kind were stored for a workflow.
    """
    query = select(OUTBOX.c.kind).where(OUTBOX.c.workflow_id == workflow_id)
    return Counter(kind for (kind,) in rows(runtime, query))


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """
    Everything stored for one quote, without the ids that differ from quote to quote.
    """

    workflows: tuple[tuple[object, ...], ...]
    tasks: tuple[tuple[object, ...], ...]
    events: tuple[tuple[object, ...], ...]
    texts: int
    messages: tuple[tuple[object, ...], ...]
    answers: int


def picture(runtime, quote_id, key):
    """
    The picture of a quote; `key` is the idempotency key that it was worked on with.
    """
    mine = select(WORKFLOW.c.id).where(WORKFLOW.c.quote_id == quote_id)
    step = dict(rows(runtime, select(TASK.c.id, TASK.c.step)))
    log = rows(
        runtime,
        select(EVENT.c.seq, EVENT.c.action, EVENT.c.actor, EVENT.c.task_id)
        .join(WORKFLOW, WORKFLOW.c.id == EVENT.c.workflow_id)
        .where(WORKFLOW.c.quote_id == quote_id)
        # By number, for as a text WF-10000 comes before WF-9999.
        .order_by(WORKFLOW.c.number, EVENT.c.seq),
    )
    sent = rows(
        runtime,
        select(
            EVENT.c.seq, OUTBOX.c.kind, OUTBOX.c.recipient, OUTBOX.c.status,
            OUTBOX.c.task_id,
        )
        .join(EVENT, EVENT.c.id == OUTBOX.c.event_id)
        .where(OUTBOX.c.workflow_id.in_(mine)),
    )  # fmt: skip
    texts = (
        select(EVENT_TEXT.c.event_id).join(EVENT).where(EVENT.c.workflow_id.in_(mine))
    )
    answers = select(IDEMPOTENCY.c.key).where(IDEMPOTENCY.c.key == key)
    return Picture(
        workflows=_sorted(
            rows(
                runtime,
                select(
                    WORKFLOW.c.status, WORKFLOW.c.ended, WORKFLOW.c.seq,
                    WORKFLOW.c.next_due_at,
                ).where(WORKFLOW.c.id.in_(mine)),
            )
        ),
        tasks=_sorted(
            rows(
                runtime,
                select(
                    TASK.c.step, TASK.c.seat, TASK.c.status, TASK.c.role,
                    TASK.c.assignee, TASK.c.closed_by, TASK.c.escalation_level,
                ).where(TASK.c.workflow_id.in_(mine)),
            )
        ),
        events=tuple((*each, step.get(task)) for *each, task in log),
        texts=len(rows(runtime, texts)),
        messages=_sorted((*each, step.get(task)) for *each, task in sent),
        answers=len(rows(runtime, answers)),
    )  # fmt: skip


def _sorted(found):
    return tuple(sorted(found, key=str))
