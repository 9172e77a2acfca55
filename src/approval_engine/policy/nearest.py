"""
A quote that needs an approval → the smallest change by which it would not.

Every proposal was judged by the policy before it is made, so none of them can lie.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from approval_engine.domain.quote import Quote
from approval_engine.errors import DefinitionError, Refused
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import Evaluation, Terms
from approval_engine.policy.levers import Change, Lever, changed, levers
from approval_engine.policy.model import Policy

Asked = Callable[[Evaluation], frozenset[str]]
"""
The steps that an evaluation asks for; it raises where the quote is refused.
"""

Proposal = tuple[Change, ...]
"""Changes that avoid a step together: one, or two where no single one does."""

_MOST_PAIRS = 2000
_LONGEST_WALK = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """
    Which step is to be avoided, on what grounds, and without asking anybody new.

    `triggers` are those that require the step.
    """

    policy: Policy
    quote: Quote
    on: date
    terms: Terms
    asked: Asked
    step: str
    triggers: tuple[str, ...]


def nearest(question: Question) -> tuple[Proposal, ...]:
    """
    The nearest value of each fact that alone avoids the step, smallest change first.

    If none does, the smallest pair of changes; empty if no pair does either.
    """
    evaluation = _judged(question, question.quote)
    before = question.asked(evaluation)
    if question.step not in before:
        return ()

    def avoids(*changes: Change | None) -> bool:
        quote = question.quote
        for change in filter(None, changes):
            quote = changed(question.policy, quote, change)
        try:
            after = question.asked(_judged(question, quote))
        except (DefinitionError, Refused):
            return False
        return question.step not in after and after <= before

    known = tuple(_levers(question, evaluation))
    single = tuple(_singles(question, known, avoids))
    if single:
        return single
    return tuple(_pair(question, known, avoids))


def _judged(question: Question, quote: Quote) -> Evaluation:
    return evaluate(question.policy, quote, question.on, question.terms)


def _levers(question: Question, evaluation: Evaluation) -> Iterator[Lever]:
    policy, quote = question.policy, question.quote
    lines = {each.id: each.lines for each in evaluation.fired}
    found: dict[Lever, None] = {}
    for trigger in policy.triggers:
        if trigger.id in question.triggers:
            mine = levers(policy, quote, trigger, lines.get(trigger.id, ()))
            found |= dict.fromkeys(mine)
    yield from found


def _singles(
    question: Question, known: Iterable[Lever], avoids: Callable[..., bool]
) -> Iterator[Proposal]:
    best: dict[str, Change] = {}
    for lever in known:
        change = _first(question, lever, avoids)
        if change is None:
            continue
        other = best.get(lever.name)
        if other is None or change.distance < other.distance:
            best[lever.name] = change
    yield from ((change,) for change in sorted(best.values(), key=_size))


def _size(change: Change) -> tuple[Decimal, str]:
    return change.distance, change.name


def _first(
    question: Question, lever: Lever, avoids: Callable[..., bool]
) -> Change | None:
    if not lever.near and lever.unit is not None:
        return _on_grid(question, lever, avoids)
    for value in lever.near:
        change = lever.to(question.quote, value)
        if change and avoids(change):
            return change
    return None


def _on_grid(
    question: Question, lever: Lever, avoids: Callable[..., bool]
) -> Change | None:
    """
    The first value on the grid that avoids it, although the one before does not.
    """
    before, unit = lever.before, lever.unit
    if not isinstance(before, Decimal) or unit is None:
        return None

    def at(steps: int) -> Change | None:
        return lever.to(question.quote, before + unit * steps)

    found = [
        change
        for sign in ((lever.way,) if lever.way else (-1, 1))
        if (change := _walk(lambda n, s=sign: at(n * s), before, lever, avoids))  # type: ignore[misc] # mypy cannot type a default
    ]
    return min(found, key=_size, default=None)


def _walk(
    at: Callable[[int], Change | None],
    before: Decimal,
    lever: Lever,
    avoids: Callable[..., bool],
) -> Change | None:
    low, high = 0, 1
    most = None
    if lever.least is not None and lever.unit:
        most = int((before - lever.least) / lever.unit)
    for _ in range(_LONGEST_WALK):
        if most is not None:
            high = min(high, most)
        if high > low and avoids(at(high)):
            break
        if high == most:
            return None
        low, high = high, high * 2
    else:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if avoids(at(middle)) else (middle, high)
    return at(high)


def _pair(
    question: Question, known: tuple[Lever, ...], avoids: Callable[..., bool]
) -> Iterator[Proposal]:
    tries = [
        (a, b)
        for one, other in combinations(known, 2)
        if (one.name, one.lines) != (other.name, other.lines)
        for a in _changes(question, one)
        for b in _changes(question, other)
    ]
    tries.sort(key=lambda pair: (pair[0].distance + pair[1].distance, str(pair)))
    for pair in tries[:_MOST_PAIRS]:
        if avoids(*pair):
            yield pair
            return


def _changes(question: Question, lever: Lever) -> Iterator[Change]:
    tried = (lever.to(question.quote, value) for value in lever.near)
    yield from (change for change in tried if change)
