"""
The person who asks → the tasks that wait for him, those due first before the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Task
from approval_engine.executor.reader import reader_of
from approval_engine.history import inbox
from approval_engine.planner.plan import PlannedStep
from approval_engine.store import inbox as rows
from approval_engine.store import lists, notices
from approval_engine.store.notices import Notice
from approval_engine.web import context

LIMIT = 100
"""The longest inbox that is shown; nobody works through more in one sitting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    A task that waits, with the quote it is about.

    `also` are the other tasks of the same review that wait for the same person.
    """

    task: Task
    step: PlannedStep
    quote: Quote
    also: tuple["Row", ...] = ()

    @property
    def all(self) -> tuple["Row", ...]:
        """
        The task itself, then the others.
        """
        return self, *self.also


def waiting(limit: int = LIMIT) -> tuple[Row, ...]:
    """
    What the person who asks can act on now.
    """
    runtime = context.runtime()
    person = context.asker().user.id
    with runtime.database.read() as transaction:
        page = rows.open_for(
            transaction, reader_of(runtime, transaction, person), limit
        )
        found = inbox.entries(page)
        hashes = lists.quote_hashes(
            transaction, tuple(each.waiting.task.workflow_id for each in found)
        )
        return _one_per_review(
            Row(
                task=each.waiting.task,
                step=each.step,
                quote=runtime.quote(transaction, hashes[each.waiting.task.workflow_id]),
            )
            for each in found
        )


def _one_per_review(rows: Iterable[Row]) -> tuple[Row, ...]:
    groups: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        # What is his own and what any of a role may take stand in two lists.
        place = (row.task.workflow_id, row.task.assignee is not None)
        groups.setdefault(place, []).append(row)
    return tuple(replace(group[0], also=tuple(group[1:])) for group in groups.values())


def beside() -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """
    The questions to the person who asks, and what he was told for information.
    """
    person = context.asker().user.id
    with context.runtime().database.read() as transaction:
        return notices.questions_to(transaction, person), notices.told_to(
            transaction, person
        )


def count() -> int:
    """
    How many tasks wait for the person who asks, counted no further than `LIMIT`.
    """
    runtime = context.runtime()
    person = context.asker().user.id
    with runtime.database.read() as transaction:
        return rows.count_for(
            transaction, reader_of(runtime, transaction, person), LIMIT
        )
