"""
Rows of the inbox → what a list shows: whose quote, which step, why, and until when.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from approval_engine.domain.events import stamp
from approval_engine.history import views
from approval_engine.planner.document import plan_of
from approval_engine.planner.plan import PlannedStep
from approval_engine.store.inbox import Place, Waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """
    One open task and the planned step that it belongs to.
    """

    waiting: Waiting
    step: PlannedStep

    @property
    def place(self) -> Place:
        """
        Behind which the next page begins.
        """
        return self.waiting.place

    def view(self) -> views.View:
        """
        `ApprovalTask`, and the quote it is about.
        """
        waiting = self.waiting
        return views.task_view(waiting.task, self.step) | {
            "quoteId": waiting.quote_id,
            "quoteRevision": waiting.quote_revision,
            "account": waiting.account,
            "submittedBy": waiting.submitted_by,
        }

    def line(self) -> dict[str, object]:
        """
        The fields of a line of `cpq inbox`.
        """
        waiting = self.waiting
        task, asked = waiting.task, views.asked(waiting.task)
        return {
            "task": task.id,
            "workflow": task.workflow_id,
            "step": task.step,
            "quote": waiting.quote_id,
            "account": waiting.account,
            "due_at": stamp(task.due_at),
            "asks": (asked,) if isinstance(asked, str) else asked,
            "because": [reason.trigger for reason in self.step.reasons],
        }


def entries(page: Iterable[Waiting]) -> tuple[Entry, ...]:
    """
    The rows of a page with their steps, in its order.
    """
    return tuple(_entry(waiting) for waiting in page)


def _entry(waiting: Waiting) -> Entry:
    steps = plan_of(waiting.plan).steps
    step = next(step for step in steps if step.id == waiting.task.step)
    return Entry(waiting=waiting, step=step)
