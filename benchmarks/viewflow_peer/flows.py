"""
The same review as a Viewflow flow: two people side by side, a timer on each task.
"""

from datetime import timedelta

from viewflow import this
from viewflow.workflow import flow, lock


def _page(request: object) -> None:
    """
    A task needs a page; nobody opens it here.
    """


class Review(flow.Flow):
    """
    Manager and finance decide; a timer that fires reminds and changes nothing.
    """

    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle(this.begin).Next(this.fork)
    fork = flow.Split().Next(this.manager).Next(this.finance)
    manager = (
        flow.View(_page)
        .Assign(username="maria")
        .OnTimeout(timedelta(hours=24), this.late)
        .Next(this.both)
    )
    finance = (
        flow.View(_page)
        .Assign(username="fiona")
        .OnTimeout(timedelta(hours=24), this.late)
        .Next(this.both)
    )
    both = flow.Join().Next(this.approved)
    late = flow.End()
    approved = flow.End()

    def begin(self, activation: object, evidence: dict[str, object]) -> object:
        """
        Keep the evidence with the process.
        """
        activation.process.data = evidence
        return activation.process
