"""
Who is away, and the windows of that moment → who stands in, or why nobody does.

Pure: the same search serves the plan, the opening of a step and a running review.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from approval_engine.domain.delegation import MAX_DEPTH, Delegation
from approval_engine.planner.case import Case
from approval_engine.planner.plan import StandIn
from approval_engine.policy.conditions import ConditionError, evaluate, parse_condition

_parsed = lru_cache(maxsize=1024)(parse_condition)

Lacks = Callable[[str], str | None]
"""Why a person may not have a seat, as the rest of a sentence about him; else None."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Away:
    """
    Somebody who is away without a stand-in; `reason` is the rest of a sentence.
    """

    person: str
    reason: str


def standing(case: Case, role: str, person: str, lacks: Lacks) -> StandIn | Away | None:
    """
    Who has the work of a person in that role now; None if he is there himself.

    Goes from hand to hand, at most MAX_DEPTH times, until somebody is there who may
    have the seat. A circle is no stand-in, and neither is a chain that is too long.
    """
    own = _leaves(case, role, person)
    if not own:
        return None
    search = _Search(case=case, role=role, lacks=lacks, trouble=[])
    found = search.next_hand((person,), ())
    if found is not None:
        return found
    windows = ", ".join(f"'{each.id}'" for each in own)
    why = "; ".join(dict.fromkeys(search.trouble))
    return Away(person=person, reason=f"is away by {windows}: {why}")


def is_away(case: Case, role: str, person: str) -> bool:
    """
    Whether a window counts for the work of a person in that role now.
    """
    return bool(_leaves(case, role, person))


def _leaves(case: Case, role: str, person: str) -> tuple[Delegation, ...]:
    """
    The windows of a person that count for this quote in this role, the narrowest first.

    One to somebody who must not decide the quote is ignored: his principal is asked.
    """
    found = (
        each
        for each in case.roster.leaves.get(person, ())
        if each.covers(role) and each.delegate not in case.barred
        if each.process in {None, case.process} and _is_within(each, case)
    )
    return tuple(sorted(found, key=_breadth))


def _breadth(window: Delegation) -> tuple[bool, bool, str, str]:
    plain = window.within is None and window.process is None
    begins = window.starts_at.isoformat()
    return (window.role is None, plain, begins, window.id)


def _is_within(window: Delegation, case: Case) -> bool:
    if window.within is None:
        return True
    try:
        return evaluate(_parsed(window.within), case.inputs) is True
    except ConditionError:
        # What cannot be judged on this quote gives nobody its work.
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    case: Case
    role: str
    lacks: Lacks
    trouble: list[str]

    def next_hand(
        self, hands: tuple[str, ...], path: tuple[str, ...]
    ) -> StandIn | None:
        for each in _leaves(self.case, self.role, hands[-1]):
            person, windows = each.delegate, (*path, each.id)
            if person in hands:
                self.trouble.append(f"'{each.id}' leads in a circle to '{person}'")
            elif len(windows) > MAX_DEPTH:
                self.trouble.append(f"'{each.id}' would be hand {len(windows)}")
            elif is_away(self.case, self.role, person):
                if found := self.next_hand((*hands, person), windows):
                    return found
            elif reason := self.lacks(person):
                self.trouble.append(f"'{person}' {reason}")
            else:
                return StandIn(person=person, principal=hands[0], windows=windows)
        return None
