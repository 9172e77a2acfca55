"""
Reviews with their events → who approved what, and since when it lay before him.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from approval_engine.domain.delegation import Delegation
from approval_engine.domain.events import Fact, instant
from approval_engine.policy.limits import Limit
from approval_engine.store.controls import Submission
from approval_engine.store.eventlog import Happened

REACHES: Mapping[str, str] = {
    Fact.TASK_OPENED: "was opened",
    Fact.TASK_STOOD_IN: "came to a stand-in",
    Fact.TASK_HANDED_BACK: "was handed back",
    Fact.TASK_CLAIMED: "was claimed",
    Fact.TASK_DELEGATED: "was delegated",
    Fact.TASK_REASSIGNED: "was reassigned",
    Fact.TASK_ESCALATED: "was escalated",
}
"""The facts by which a task comes before somebody, and what it then was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """
    From where on the controls ask.

    `split_days` is within how many days deals count together, `seconds` below what an
    approval is quick, `mutual` how many quotes two people approve of each other at
    least, `dormant_days` for longer than what a window is open.
    """

    split_days: int = 14
    seconds: int = 10
    mutual: int = 3
    dormant_days: int = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """
    What a policy version says of amounts: its currency, and the limits in it.
    """

    currency: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """
    One approval by a person; instants are seconds since 1970.

    `reached` is the fact by which the task came before him last, None if there is none.
    `took` is the time since then in seconds, exact to the microsecond.
    """

    review: Submission
    task: str
    person: str
    on_behalf_of: str | None
    at_s: float
    reached: str | None
    took: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """
    All that the controls look at, at the instant `at_s`, in seconds since 1970.

    `rules` are those of each policy version by its hash; `used` the ids of the windows
    under which the newest reviews were answered.
    """

    reviews: tuple[Submission, ...]
    approvals: tuple[Approval, ...]
    rules: Mapping[str, Rules]
    windows: tuple[Delegation, ...]
    used: frozenset[str]
    at_s: float


def approvals_of(
    reviews: Sequence[Submission], logs: Iterable[tuple[str, Sequence[Happened]]]
) -> Iterator[Approval]:
    """
    The approvals by people in these reviews; a log may be of none of them.
    """
    known = {each.workflow: each for each in reviews}
    for workflow, events in logs:
        if workflow in known:
            yield from _approvals(known[workflow], events)


def _approvals(review: Submission, events: Sequence[Happened]) -> Iterator[Approval]:
    reached: dict[str, Happened] = {}
    for event in events:
        if event.task is None:
            continue
        if event.action in REACHES:
            reached[event.task] = event
        elif event.action == Fact.TASK_APPROVED:
            before = reached.get(event.task)
            yield Approval(
                review=review,
                task=event.task,
                person=event.actor,
                on_behalf_of=event.on_behalf_of,
                at_s=instant(event.timestamp).timestamp(),
                reached=before.action if before else None,
                took=_seconds(before, event) if before else None,
            )


def _seconds(first: Happened, last: Happened) -> Decimal:
    span = instant(last.timestamp) - instant(first.timestamp)
    whole = span.days * 86400 + span.seconds
    return whole + Decimal(span.microseconds).scaleb(-6)
