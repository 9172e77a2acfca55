"""
Who is away, and the windows of that moment → who stands in, or why nobody does.

Pure: the same search serves the plan, the opening of a step and a running review.
"""

from collections.abc import Callable
from dataclasses import dataclass

from approval_engine.domain.delegation import MAX_DEPTH, Delegation, active
from approval_engine.planner.case import Case
from approval_engine.planner.plan import StandIn
from approval_engine.policy.conditions import ConditionError, evaluate, parse_condition

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
    links = _counting(case, role)
    own = [link for link in links if link.principal == person]
    if not own:
        return None
    trouble: list[str] = []
    found = _next_hand(links, (person,), (), lacks, trouble)
    if found is not None:
        return found
    windows = ", ".join(f"'{link.id}'" for link in own)
    why = "; ".join(dict.fromkeys(trouble))
    return Away(person=person, reason=f"is away by {windows}: {why}")


def is_away(case: Case, role: str, person: str) -> bool:
    """
    Whether a window counts for the work of a person in that role now.
    """
    return any(link.principal == person for link in _counting(case, role))


def _counting(case: Case, role: str) -> tuple[Delegation, ...]:
    """
    The windows that count for this quote in this role, the narrowest first.

    One to somebody who must not decide the quote is ignored: his principal is asked.
    """
    roster = case.roster
    links = [
        each
        for each in active(roster.delegations, roster.at)
        if each.covers(role) and each.delegate not in case.barred
        if each.process in {None, case.process} and _is_within(each, case)
    ]
    return tuple(sorted(links, key=_breadth))


def _breadth(window: Delegation) -> tuple[bool, bool, str, str]:
    plain = window.within is None and window.process is None
    begins = window.starts_at.isoformat()
    return (window.role is None, plain, begins, window.id)


def _is_within(window: Delegation, case: Case) -> bool:
    if window.within is None:
        return True
    try:
        return evaluate(parse_condition(window.within), case.inputs) is True
    except ConditionError:
        # What cannot be judged on this quote gives nobody its work.
        return False


def _next_hand(
    links: tuple[Delegation, ...],
    hands: tuple[str, ...],
    path: tuple[str, ...],
    lacks: Lacks,
    trouble: list[str],
) -> StandIn | None:
    for link in (each for each in links if each.principal == hands[-1]):
        person, windows = link.delegate, (*path, link.id)
        if person in hands:
            trouble.append(f"'{link.id}' leads in a circle to '{person}'")
        elif len(windows) > MAX_DEPTH:
            trouble.append(f"'{link.id}' would be hand {len(windows)}")
        elif any(each.principal == person for each in links):
            found = _next_hand(links, (*hands, person), windows, lacks, trouble)
            if found is not None:
                return found
        elif reason := lacks(person):
            trouble.append(f"'{person}' {reason}")
        else:
            return StandIn(person=person, principal=hands[0], windows=windows)
    return None
