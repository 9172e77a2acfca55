"""
Deals of one account that are each below a limit, and together not.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from approval_engine.analytics.controls.finding import Control, Finding, Who
from approval_engine.analytics.controls.past import Past, Rules, Thresholds
from approval_engine.policy.limits import Limit
from approval_engine.store.controls import Submission

_COUNTS = frozenset({"pending", "approved", "expired"})
"""What was turned down, taken back or replaced adds up to nothing."""
_FEWEST = 2
_DAY_S = 86_400

_Group = tuple[str, str, str]


def splits(past: Past, thresholds: Thresholds) -> Iterator[Finding]:
    """
    Quotes of one account and one submitter within some days, at their highest limit.

    Each quote counts once, by its newest review, and once for each limit. The limits
    are those of the policy version that each was submitted under.
    """
    for (_, _, currency), mine in _groups(past).items():
        told: list[frozenset[str]] = []
        for limit in _limits(mine, past.rules):
            below = [each for each in mine if _is_below(each, limit, past.rules)]
            for some in _within(below, limit, thresholds.split_days * _DAY_S):
                quotes = frozenset(each.quote for each in some)
                if not any(quotes <= other for other in told):
                    told.append(quotes)
                    yield _finding(some, limit, currency, thresholds.split_days)


def _groups(past: Past) -> Mapping[_Group, list[Submission]]:
    newest = {each.quote: each for each in past.reviews}
    found: dict[_Group, list[Submission]] = {}
    for each in sorted(newest.values(), key=lambda each: each.created_s):
        if each.status in _COUNTS and each.amount is not None and each.amount > 0:
            currency = past.rules[each.policy_sha256].currency
            group = (each.account, each.submitted_by, currency)
            found.setdefault(group, []).append(each)
    return found


def _limits(
    reviews: list[Submission], rules: Mapping[str, Rules]
) -> tuple[tuple[Decimal, bool], ...]:
    found = {
        (limit.amount, limit.reached_at)
        for each in reviews
        for limit in rules[each.policy_sha256].limits
    }
    return tuple(sorted(found, reverse=True))


def _is_below(
    review: Submission, wanted: tuple[Decimal, bool], rules: Mapping[str, Rules]
) -> bool:
    return any(
        (limit.amount, limit.reached_at) == wanted
        and (limit.reason is None or limit.reason in review.reasons)
        and not limit.is_reached(_worth(review))
        for limit in rules[review.policy_sha256].limits
    )


def _within(
    reviews: list[Submission], wanted: tuple[Decimal, bool], span_s: float
) -> Iterator[list[Submission]]:
    limit = Limit(amount=wanted[0], reached_at=wanted[1])
    start = 0
    while start < len(reviews):
        last_s = reviews[start].created_s + span_s
        some = [each for each in reviews[start:] if each.created_s <= last_s]
        if len(some) >= _FEWEST and limit.is_reached(_sum(some)):
            yield some
            start += len(some)
        else:
            start += 1


def _finding(
    some: list[Submission], limit: tuple[Decimal, bool], currency: str, days: int
) -> Finding:
    total, amount = _sum(some), limit[0]
    return Finding(
        control=Control.SPLIT,
        asks=(
            Who(id=some[0].submitted_by),
            f" submitted {len(some)} quotes of {some[0].account} within {days} days,",
            f" each below the limit of {amount:f} {currency}",
            f" and together {total:f} {currency}: was this one deal?",
        ),
        measure=f"{total:f} {currency} of {amount:f}",
        first_s=some[0].created_s,
        last_s=some[-1].created_s,
        quotes=tuple(each.quote for each in some),
        workflows=tuple(each.workflow for each in some),
    )


def _sum(reviews: list[Submission]) -> Decimal:
    return sum(map(_worth, reviews), Decimal(0))


def _worth(review: Submission) -> Decimal:
    return review.amount or Decimal(0)
