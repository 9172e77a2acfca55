"""
What an administrator looks at first: how much is stuck, late, ending, or left behind.

Everything is counted no further than a page needs, along an index made for it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Select, func, literal_column, or_, select

from approval_engine.documents import load
from approval_engine.domain.events import instant, stamp
from approval_engine.domain.people import Directory
from approval_engine.domain.seats import is_vacant
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.store import candidates
from approval_engine.store.database import Transaction
from approval_engine.store.rows import readable, task_of, workflow_of
from approval_engine.store.schema import INCIDENT, OUTBOX, TASK, WORKFLOW

MOST = 1000
"""Counting ends here; what is more than that is 'more than 1000'."""

_IS_OPEN = TASK.c.is_open == literal_column("1")
# From one name to the next along the index: not every task is read for its holder.
_FIRST = (
    select(func.min(TASK.c.assignee).label("name"))
    .where(_IS_OPEN)
    .cte("holder", recursive=True)
)
_NEXT = (
    select(func.min(TASK.c.assignee))
    .where(_IS_OPEN, TASK.c.assignee > _FIRST.c.name)
    .scalar_subquery()
)
_HOLDER = _FIRST.union_all(select(_NEXT).where(_FIRST.c.name.is_not(None)))
_HOLDERS = select(_HOLDER.c.name).where(_HOLDER.c.name.is_not(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pile:
    """
    How many there are, counted up to MOST, and since when the oldest lies there.
    """

    count: int
    oldest: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """
    An approval that ends, and what it was given for.
    """

    workflow: str
    account: str
    quote_id: str
    quote_revision: int
    ends_at: datetime


def open_incidents(transaction: Transaction) -> Pile:
    """
    What holds a workflow now.
    """
    opened = select(INCIDENT.c.opened_at.label("at"))
    return _pile(transaction, opened.where(INCIDENT.c.closed_at.is_(None)))


def dead_messages(transaction: Transaction) -> Pile:
    """
    The messages that nobody tries any more.
    """
    return _pile(transaction, _messages("dead", OUTBOX.c.created_at))


def late_messages(transaction: Transaction, before: datetime) -> Pile:
    """
    The messages that were to be sent before an instant and still wait.
    """
    late = OUTBOX.c.next_attempt_at <= stamp(before)
    query = _messages("waiting", OUTBOX.c.next_attempt_at).where(late)
    return _pile(transaction, query)


def late_timers(transaction: Transaction, before: datetime) -> Pile:
    """
    The workflows with a timer that was due before an instant and did not fire.
    """
    held = select(INCIDENT.c.id).where(
        INCIDENT.c.workflow_id == WORKFLOW.c.id, INCIDENT.c.closed_at.is_(None)
    )
    query = (
        select(WORKFLOW.c.next_due_at.label("at"))
        .where(WORKFLOW.c.next_due_at <= stamp(before), ~held.exists())
        .order_by(WORKFLOW.c.next_due_at)
    )
    return _pile(transaction, query)


def ending(transaction: Transaction, until: datetime, limit: int) -> tuple[Ending, ...]:
    """
    The approvals that end before an instant, the next one first.
    """
    query = (
        select(WORKFLOW)
        .where(
            WORKFLOW.c.status == literal_column("'approved'"),
            WORKFLOW.c.next_due_at.is_not(None),
            WORKFLOW.c.next_due_at < stamp(until),
        )
        .order_by(WORKFLOW.c.next_due_at, WORKFLOW.c.id)
        .limit(limit)
    )
    rows = transaction.execute(query)
    found = readable(rows, lambda row: _ending(workflow_of(row, ())))
    # The next timer may be the notice, which rings days before the end.
    soon = (each for each in found if each and each.ends_at < until)
    return tuple(sorted(soon, key=lambda each: (each.ends_at, each.workflow)))


def vacant(
    transaction: Transaction, directory: Directory, limit: int
) -> tuple[Task, ...]:
    """
    The open tasks all of whose people have left, oldest first.
    """
    pools = candidates.lists(transaction)
    lost = [text for text in pools if _is_lost(text, directory)]
    holders = transaction.execute(_HOLDERS).scalars().all()
    gone = [each for each in holders if not any(_are_here((each,), directory))]
    if not lost and not gone:
        return ()
    asked = or_(
        TASK.c.assignee.in_(gone),
        TASK.c.assignee.is_(None) & TASK.c.candidates.in_(lost),
    )
    query = select(TASK).where(_IS_OPEN, asked).order_by(TASK.c.number)
    tasks = readable(transaction.execute(query), task_of)
    return tuple(islice((t for t in tasks if is_vacant(t, directory)), limit))


def tasks_at(transaction: Transaction, person: str, limit: int) -> tuple[Task, ...]:
    """
    The open tasks that a person has, those due first before the others.
    """
    query = (
        select(TASK)
        .where(TASK.c.assignee == person, _IS_OPEN)
        .order_by(TASK.c.due_at, TASK.c.id)
        .limit(limit)
    )
    return tuple(readable(transaction.execute(query), task_of))


def _pile(transaction: Transaction, query: Select[Any]) -> Pile:
    found = query.limit(MOST + 1).subquery("found")
    counted = select(func.count().label("number"), func.min(found.c.at).label("oldest"))
    row = transaction.execute(counted.select_from(found)).one()
    return Pile(count=row.number, oldest=instant(row.oldest) if row.oldest else None)


def _messages(status: str, at: Column[Any]) -> Select[Any]:
    # The word stands in the statement itself: the indexes know it by that.
    mine = OUTBOX.c.status == literal_column(f"'{status}'")
    return select(at.label("at")).where(mine).order_by(at)


def _ending(workflow: Workflow) -> Ending | None:
    ends_at = workflow.valid_until
    if ends_at is None:
        return None
    return Ending(
        workflow=workflow.id,
        account=workflow.account,
        quote_id=workflow.quote_id,
        quote_revision=workflow.quote_revision,
        ends_at=ends_at,
    )


def _is_lost(text: str, directory: Directory) -> bool:
    """
    Whether everybody has left whom a list of candidates names; not if it names nobody.
    """
    try:
        people: Any = load(text.encode())
    except ValueError:
        return False
    return not any(_are_here(people, directory))


def _are_here(people: Iterable[str], directory: Directory) -> Iterator[bool]:
    users = (directory.user(person) for person in people)
    return (user is not None and user.active for user in users)
