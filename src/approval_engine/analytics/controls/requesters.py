"""
Approvals by people whom a delegation binds to whoever asked for the approval.

The rules let nobody decide who stands in for the requester at that moment. They do let
decide who did so earlier in the review, and whom the requester stands in for.
"""

from collections.abc import Iterator

from approval_engine.analytics.controls.finding import Control, Finding, Who
from approval_engine.analytics.controls.past import Approval, Past, Thresholds
from approval_engine.domain.delegation import Delegation

_Tie = tuple[tuple[str | Who, ...], tuple[str, ...]]


def bound(past: Past, _: Thresholds) -> Iterator[Finding]:
    """
    Approvals by a stand-in or a principal of whoever submitted or owns the quote.

    Also those for somebody whom that one stands in for. The window ran at some time
    between the submit and the approval.
    """
    for each in past.approvals:
        tie = next(_ties(each, past.windows), None)
        if tie is None:
            continue
        because, windows = tie
        yield Finding(
            control=Control.REQUESTER,
            asks=(
                Who(id=each.person),
                f" approved {each.review.quote}, and ",
                *because,
                ": was that independent?",
            ),
            measure=f"{len(windows)} delegations",
            first_s=each.review.created_s,
            last_s=each.at_s,
            quotes=(each.review.quote,),
            workflows=(each.review.workflow,),
            tasks=(each.task,),
            windows=windows,
        )


def _ties(approval: Approval, windows: tuple[Delegation, ...]) -> Iterator[_Tie]:
    review = approval.review
    asking = {review.submitted_by, review.owner or review.submitted_by}
    if approval.on_behalf_of in asking:
        yield ("did so for ", Who(id=approval.on_behalf_of), ", who asked for it"), ()
    for window in windows:
        if not _ran(window, approval):
            continue
        people = (window.principal, window.delegate)
        if window.delegate == approval.person and window.principal in asking:
            ends = (" stood in for ", Who(id=window.principal), " who asked for it")
            yield (Who(id=window.delegate), *ends), (window.id,)
        elif window.delegate in asking and approval.person == window.principal:
            yield _stands_in(people, ""), (window.id,)
        elif window.delegate in asking and approval.on_behalf_of == window.principal:
            yield _stands_in(people, ", for whom this was"), (window.id,)


def _stands_in(people: tuple[str, str], more: str) -> tuple[str | Who, ...]:
    principal, delegate = people
    between = " who asked for it stood in for "
    return (Who(id=delegate), between, Who(id=principal), more)


def _ran(window: Delegation, approval: Approval) -> bool:
    begun, over = window.starts_at.timestamp(), window.closes_at.timestamp()
    return begun <= approval.at_s and over > approval.review.created_s
