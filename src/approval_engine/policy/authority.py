"""
Ladders and personal limits: who may sign off what, all measures together.

A list, and each line's value, must be covered in every element: authority over one
clause is none over the others. What is unknown is not covered.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from approval_engine.documents.document import placed
from approval_engine.domain.people import User
from approval_engine.domain.quote import Value
from approval_engine.errors import PlanError
from approval_engine.policy.conditions import (
    ConditionError,
    UnaryTest,
    holds,
    parse_unary,
)
from approval_engine.policy.conditions.tree import Compares, Interval, Relation
from approval_engine.policy.conditions.walk import mentions_subject, nodes
from approval_engine.policy.evaluation import RungNeeded
from approval_engine.policy.model import Ladder, Policy, Rung, Test
from approval_engine.policy.stated import shown

Names = Mapping[str, Value]

_parsed = lru_cache(maxsize=4096)(parse_unary)


def rungs_needed(
    policy: Policy, ladder: Ladder, cases: Sequence[Names], on: date
) -> RungNeeded:
    """
    The rung that must sign off all cases, which are lines or the quote as a whole.

    The highest rung that any case needs wins. Raises PlanError with the numbers if a
    case is above the top.
    """
    rungs = valid_rungs(ladder, on)
    highest = max(_first_sufficient(policy, ladder, rungs, case) for case in cases)
    measures = _measures(policy, ladder, cases)
    top = rungs[highest]
    if top.committee:
        roles = committee(rungs, highest)
        return RungNeeded(
            ladder=ladder.name, roles=roles, measures=measures, quorum=top.quorum
        )
    asked = rungs[highest : highest + 1]
    if ladder.mode == "chain":
        below = (rung for rung in rungs[:highest] if _concerned(rung, cases))
        asked = (*below, top)
    roles = tuple(dict.fromkeys(rung.role for rung in asked))
    return RungNeeded(ladder=ladder.name, roles=roles, measures=measures)


def suffices(rung: Rung, names: Names) -> bool:
    """
    Whether the rung covers these facts: its scope, and all that it may together.
    """
    if not all(_covered(test, names) for test in rung.within):
        return False
    if rung.unlimited or rung.committee:
        return True
    return bool(rung.may) and all(_covered(test, names) for test in rung.may)


def personal_limits_hold(user: User, measures: Names) -> bool:
    """
    Whether all of a person's own limits hold; one on an unknown fact does not.
    """
    try:
        return all(
            covers(_parsed(text), measures.get(name), measures)
            for name, text in user.limits.items()
        )
    except ConditionError:
        # A limit that cannot be judged on these facts gives no authority over them.
        return False


def _covered(test: Test, names: Names) -> bool:
    return covers(test.test, names.get(test.name), names)


def covers(test: UnaryTest, value: Value, names: Names) -> bool:
    """
    Whether a value, and of a list every element, is certainly within a limit.
    """
    if isinstance(value, tuple) and not mentions_subject(test):
        return all(holds(test, element, names) is True for element in value)
    return holds(test, value, names) is True


def valid_rungs(ladder: Ladder, on: date) -> tuple[Rung, ...]:
    """
    The rungs that count on that day, from the lowest up.
    """
    return tuple(rung for rung in ladder.rungs if _valid(rung, on))


def _valid(rung: Rung, on: date) -> bool:
    started = rung.starts_on is None or rung.starts_on <= on
    return started and (rung.ends_on is None or on <= rung.ends_on)


def _first_sufficient(
    policy: Policy, ladder: Ladder, rungs: Sequence[Rung], case: Names
) -> int:
    for index, rung in enumerate(rungs):
        if has_quorum(rungs, index) and suffices(rung, case):
            return index
    said = ", ".join(f"{n}={shown(case.get(n))}" for n in _measured(ladder))
    sentence = (
        f"Expected somebody on ladder '{ladder.name}' who may sign off {said},"
        " but that is above the top."
    )
    file = f"{policy.name}@{policy.version}"
    raise PlanError(placed(file, 1, ladder.name, "above_the_top", sentence))


def has_quorum(rungs: Sequence[Rung], index: int) -> bool:
    """
    Whether a committee has as many roles below it as it needs; others need none.
    """
    rung = rungs[index]
    needed = (rung.quorum or rung.committee) if rung.committee else 0
    return not needed or len(committee(rungs, index)) >= needed


def committee(rungs: Sequence[Rung], index: int) -> tuple[str, ...]:
    """
    The roles that together stand in for a rung.
    """
    size = rungs[index].committee or 0
    below = rungs[max(0, index - size) : index]
    return tuple(dict.fromkeys(rung.role for rung in below))


def _concerned(rung: Rung, cases: Iterable[Names]) -> bool:
    return any(all(_covered(test, case) for test in rung.within) for case in cases)


def _measured(ladder: Ladder) -> tuple[str, ...]:
    return tuple(dict.fromkeys(test.name for rung in ladder.rungs for test in rung.may))


def _measures(policy: Policy, ladder: Ladder, cases: Sequence[Names]) -> Names:
    """
    The worst value of each measure over all cases, or all values if none is worst.
    """
    directions = {each.name: each.worse for each in policy.inputs}
    for rung in ladder.rungs:
        for test in rung.may:
            if directions.get(test.name) is None:
                directions[test.name] = _direction(test.test)
    return {
        name: _worst([case.get(name) for case in cases], directions.get(name))
        for name in _measured(ladder)
    }


def _direction(test: UnaryTest) -> str | None:
    for node in nodes(test):
        if isinstance(node, Interval):
            return "higher"
        if isinstance(node, Compares) and node.relation in _HIGHER_IS_WORSE:
            return "higher" if _HIGHER_IS_WORSE[node.relation] else "lower"
    return None


_HIGHER_IS_WORSE = {
    Relation.LESS: True,
    Relation.AT_MOST: True,
    Relation.MORE: False,
    Relation.AT_LEAST: False,
}


def _worst(values: Sequence[Value], direction: str | None) -> Value:
    distinct = tuple(dict.fromkeys(values))
    if len(distinct) == 1 or None in distinct:
        return distinct[0] if len(distinct) == 1 else None
    numbers = [value for value in distinct if isinstance(value, Decimal)]
    if direction and len(numbers) == len(distinct):
        return max(numbers) if direction == "higher" else min(numbers)
    flat = (v if isinstance(v, tuple) else (v,) for v in distinct)
    return tuple(dict.fromkeys(value for part in flat for value in part))
