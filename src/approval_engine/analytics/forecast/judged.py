"""
Past reviews → what would have been said of each when it was submitted, and if it held.

Nothing of it is stored: a forecast follows from the reviews before it, so it is made
again from them, as they were known at that instant.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from approval_engine.analytics.forecast.asking import (
    NEWEST,
    foretell,
    past_of,
)
from approval_engine.analytics.forecast.habits import Habits
from approval_engine.analytics.forecast.legs import Asked, Desk, roles_left
from approval_engine.analytics.forecast.past import Past
from approval_engine.analytics.forecast.spans import PCT, Forecast, Span
from approval_engine.analytics.hours import Calendars
from approval_engine.domain.delegation import Delegation
from approval_engine.planner.plan import RoutingPlan
from approval_engine.policy.model import Policy
from approval_engine.store.seats import Review, SeatRow

LAST = 200
"""So many forecasts are judged, those of the reviews submitted last."""

TRIES = 3
"""So many times as many reviews are looked at for them at most."""

APPROVED = "approved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Papers:
    """
    Where the documents of a review come from, by their hashes.
    """

    plans: Mapping[str, RoutingPlan | None]
    windows: Callable[[str], tuple[Delegation, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """
    One forecast that was due to hold by now; `ended_at` is None while it is open still.

    `steps` are the spans of those steps of which the end is known, with that end.
    """

    review: Review
    span: Span
    ended_at: datetime | None
    steps: Mapping[str, tuple[Span, datetime]]

    @property
    def submitted_at(self) -> datetime:
        """
        When it was said.
        """
        return _instant(self.review.created_s)

    @property
    def held(self) -> bool:
        """
        Whether it was approved in the span.
        """
        return self.ended_at is not None and self.span.holds(self.ended_at)

    @property
    def outcome(self) -> str:
        """
        In a word: held, early, late, or open.
        """
        if self.ended_at is None:
            return "open"
        if self.held:
            return "held"
        return "early" if self.ended_at < self.span.first_at else "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """
    The forecasts that were judged, the newest first.

    Of the reviews looked at for them the others could not be judged: `waiting` counts
    those whose span has not passed yet, `otherwise` those that ended other than by an
    approval, `silent` those of which too little was known to say anything, and
    `unasked` those in which nobody was asked.
    """

    said: tuple[Said, ...]
    waiting: int
    otherwise: int
    silent: int
    unasked: int

    @property
    def looked_at(self) -> int:
        """
        All of them: the reviews submitted last.
        """
        others = self.waiting + self.otherwise + self.silent + self.unasked
        return len(self.said) + others

    @property
    def held(self) -> int:
        """
        How many held.
        """
        return sum(each.held for each in self.said)

    @property
    def steps(self) -> tuple[int, int]:
        """
        How many spans of single steps held, and how many there were.
        """
        all_of = [each for said in self.said for each in said.steps.values()]
        return sum(span.holds(at) for span, at in all_of), len(all_of)

    @property
    def claimed_pct(self) -> int:
        """
        How many in a hundred should have held.
        """
        return PCT


def judged(
    read: tuple[tuple[Review, ...], tuple[SeatRow, ...]],
    papers: Papers,
    policy: Policy,
    at: datetime,
    most: int = LAST,
) -> Judged:
    """
    The last `most` forecasts that are due, the newest first.

    They are looked for among three times as many reviews, so there may be fewer.
    Reviews whose span has not passed yet are left for later, the quick ones too: else
    only these would count.
    """
    reviews, rows = read
    past = past_of(reviews, rows, policy, at)
    calendars = Calendars(policy.calendars, _first(reviews, at), at)
    ends = _ends(past)
    said: list[Said] = []
    waiting = otherwise = silent = unasked = 0
    for review in reversed(reviews[-TRIES * most :]):
        if len(said) == most:
            break
        if not _is_open_or_approved(review):
            otherwise += 1
            continue
        found = again(past, review, papers, calendars)
        if found is None:
            unasked += 1
        elif found.span is None:
            silent += 1
        elif found.span.last_at > at:
            waiting += 1
        else:
            said.append(_said(review, found, ends))
    return Judged(
        said=tuple(said),
        waiting=waiting,
        otherwise=otherwise,
        silent=silent,
        unasked=unasked,
    )


def again(
    past: Past, review: Review, papers: Papers, calendars: Calendars
) -> Forecast | None:
    """
    What was to be said of a review when it was submitted; None if nobody was asked.
    """
    plan = papers.plans.get(review.plan_sha256)
    if plan is None or not plan.steps:
        return None
    asked = Asked(
        plan=plan,
        at=datetime.fromtimestamp(review.created_s, UTC),
        stands=past.carried.get(review.id, frozenset()),
        windows=papers.windows(review.delegations_sha256),
    )
    roles = roles_left(asked)
    if not roles:
        return None
    habits = Habits(past.known(review.created_s, review.number, NEWEST))
    if lacks := habits.too_few(roles):
        return Forecast(answers=habits.answers, lacks=lacks)
    waiting = past.waiting(review.created_s)
    return foretell(asked, Desk(habits=habits, calendars=calendars, waiting=waiting))


def _said(
    review: Review, found: Forecast, ends: Mapping[str, Mapping[str, float]]
) -> Said:
    mine = ends.get(review.id, {})
    approved = is_approved(review) and mine
    if found.span is None:
        raise AssertionError(review.id)
    return Said(
        review=review,
        span=found.span,
        ended_at=_instant(max(mine.values())) if approved else None,
        steps={
            step: (span, _instant(mine[step]))
            for step, span in found.steps.items()
            if step in mine
        },
    )


def is_approved(review: Review) -> bool:
    """
    Whether its steps approved it, whatever became of that later.
    """
    return (review.ended or "").partition("_")[0] == APPROVED


def _is_open_or_approved(review: Review) -> bool:
    return review.status == "pending" or is_approved(review)


def _ends(past: Past) -> Mapping[str, Mapping[str, float]]:
    """
    When each step of each review was answered for the last time, if it was.
    """
    found: dict[str, dict[str, float]] = {}
    for each in past.sittings:
        if each.answered and each.ended_s is not None:
            mine = found.setdefault(each.review, {})
            mine[each.step] = max(mine.get(each.step, 0.0), each.ended_s)
    return found


def _first(reviews: Sequence[Review], at: datetime) -> datetime:
    first = min((each.created_s for each in reviews), default=at.timestamp())
    return datetime.fromtimestamp(first, UTC)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
