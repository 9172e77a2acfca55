"""
An approval of one revision, and the next one → whether it stands, and why or why not.

It stands while no fact that asks for its step became worse than what was approved, by
more than the step's delta and beyond the bounds that the approver gave.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from approval_engine.policy.changes import (
    IDENTITY,
    Change,
    Course,
    Judged,
    Names,
    Scope,
    compared,
    lines_of,
)
from approval_engine.policy.envelope import Bounds, covers
from approval_engine.policy.model import Trigger
from approval_engine.policy.reads import names_of


class Because(StrEnum):
    """
    Why an approval stands, or why its step is asked again.
    """

    UNCHANGED = "unchanged"  # nothing that the step is asked for has changed
    BETTER = "better"  # what changed is better than what was approved
    WITHIN_DELTA = "within_delta"  # worse by no more than the step allows
    WITHIN_ENVELOPE = "within_envelope"  # within the bounds the approver gave
    SAME_APPROVER = "same_approver"  # he approved all of it in another step
    WORSE = "worse"  # a fact became worse, or changed where no way is better
    NEW_TRIGGER = "new_trigger"  # a rule asks that did not ask before
    OTHER_POLICY = "other_policy"  # another policy version decides now
    EXPIRED = "expired"  # the approval outlived its validity
    NOT_ALLOWED = "not_allowed"  # he may not decide this step any more
    DECLINED = "declined"  # he did not approve


CARRIES = frozenset(
    {
        Because.UNCHANGED,
        Because.BETTER,
        Because.WITHIN_DELTA,
        Because.WITHIN_ENVELOPE,
        Because.SAME_APPROVER,
    }
)
"""The reasons by which an approval stands."""

_GROUNDS = (
    Because.NEW_TRIGGER,
    Because.WORSE,
    Because.WITHIN_ENVELOPE,
    Because.WITHIN_DELTA,
    Because.BETTER,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """
    A step as the newer plan asks it: by which triggers, and how much worse it forgives.

    `match` are the inputs by which its people are chosen.
    """

    triggers: frozenset[str]
    delta: Mapping[str, Decimal] | None = None
    match: Names = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    Whether an approval stands, and the facts of its step that changed.
    """

    because: Because
    changes: tuple[Change, ...]

    @property
    def carries(self) -> bool:
        """
        Whether nobody has to be asked again.
        """
        return self.because in CARRIES


def judge(
    before: Judged,
    after: Judged,
    asked: Asked,
    asked_before: frozenset[str],
    bounds: Bounds = (),
) -> Verdict:
    """
    Whether what was approved of `before`, when these triggers asked, covers `after`.
    """
    changes = compared(before, after, _scope(after, asked, asked.triggers))
    grounds = {_ground(change, after, asked, bounds) for change in changes}
    fresh = asked.triggers - asked_before
    if fresh and not _foreseen(before, after, asked, fresh, bounds):
        grounds.add(Because.NEW_TRIGGER)
    found = next((each for each in _GROUNDS if each in grounds), Because.UNCHANGED)
    return Verdict(because=found, changes=changes)


def _ground(change: Change, after: Judged, asked: Asked, bounds: Bounds) -> Because:
    if change.course is Course.BETTER:
        return Because.BETTER
    if _is_small(change, asked.delta or {}):
        return Because.WITHIN_DELTA
    if covers(bounds, change.name, change.after, after.evaluation.inputs):
        return Because.WITHIN_ENVELOPE
    return Because.WORSE


def _is_small(change: Change, delta: Mapping[str, Decimal]) -> bool:
    known = isinstance(change.before, Decimal) and isinstance(change.after, Decimal)
    if change.course is not Course.WORSE or change.name not in delta or not known:
        return False
    worse = abs(change.after - change.before)  # type: ignore[operator] # both numbers
    return bool(worse <= delta[change.name])


def _foreseen(
    before: Judged,
    after: Judged,
    asked: Asked,
    fresh: frozenset[str],
    bounds: Bounds,
) -> bool:
    """
    Whether every new rule asks only for facts that moved within the bounds.
    """
    for trigger in fresh:
        moved = compared(before, after, _scope(after, asked, {trigger}))
        grounds = {_ground(change, after, asked, bounds) for change in moved}
        if Because.WITHIN_ENVELOPE not in grounds or Because.WORSE in grounds:
            return False
    return True


def _scope(after: Judged, asked: Asked, triggers: Iterable[str]) -> Scope:
    policy = after.policy
    rules = [each for each in policy.triggers if each.id in triggers]
    lines: dict[str, Names] = {}
    if any(name not in after.evaluation.inputs for name in policy.protected):
        lines = dict.fromkeys(lines_of(after), frozenset(policy.protected))
    names = IDENTITY.union(asked.match, policy.protected)
    for rule in rules:
        names |= frozenset(rule.needs)
        if not rule.each_line:
            names |= names_of(policy, rule)
            continue
        for line in _matching(after, rule):
            lines[line] = lines.get(line, frozenset()) | names_of(policy, rule)
    return Scope(names=names, lines=lines)


def _matching(judged: Judged, rule: Trigger) -> tuple[str, ...]:
    results = judged.evaluation.triggers
    return next((each.lines for each in results if each.id == rule.id), ())
