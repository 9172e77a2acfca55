"""
The person who asks → the tasks that wait for him, those due first before the others.
"""

from dataclasses import dataclass

from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Task
from approval_engine.executor.reader import reader_of
from approval_engine.history import inbox
from approval_engine.planner.plan import PlannedStep
from approval_engine.store import inbox as rows
from approval_engine.store import lists
from approval_engine.web import context

LIMIT = 100
"""The longest inbox that is shown; nobody works through more in one sitting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    A task that waits, with the quote it is about.
    """

    task: Task
    step: PlannedStep
    quote: Quote


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
        return tuple(
            Row(
                task=each.waiting.task,
                step=each.step,
                quote=runtime.quote(transaction, hashes[each.waiting.task.workflow_id]),
            )
            for each in found
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
