"""
How much rules ask of a quote, as the plain evaluator says.
"""

from approval_engine.policy.evaluation import TriggerResult
from approval_engine.policy.model import Ladder, Policy
from approval_engine.policy.prove.cases import Tried
from approval_engine.policy.prove.shapes import Rule, roles_of

REFUSED = 1_000_000
"""More than any quote asks: what is refused is not asked for less."""


def is_fewer(
    policy: Policy, rules: tuple[Rule, ...], tried: Tried, other: Tried
) -> bool:
    """
    Whether these rules ask fewer people of the other quote, as evaluated.
    """
    before, after = (weight(policy, rules, each) for each in (tried, other))
    return before is not None and after is not None and after < before


def weight(policy: Policy, rules: tuple[Rule, ...], tried: Tried) -> int | None:
    """
    How many steps these rules require, and rungs counted from below.

    None if the quote cannot be judged; one that is above a ladder's top counts highest.
    """
    if tried.evaluation is None:
        return None
    results = [tried.evaluation.triggers[rule.index] for rule in rules]
    fired = [each for each in results if each.fired]
    if any(each.effect for each in fired):
        return REFUSED
    steps = {step for each in fired for step in each.require}
    heights = {r.ladder: _height(policy, each) for each in fired for r in each.rungs}
    return len(steps) + sum(heights.values())


def _height(policy: Policy, result: TriggerResult) -> int:
    (needed,) = result.rungs
    ladder: Ladder = policy.ladders[needed.ladder]
    for index in range(len(ladder.rungs)):
        roles = roles_of(ladder, index)
        together = ladder.rungs[index].committee is not None
        if together and needed.roles == roles:
            return index + 1
        if not together and needed.quorum is None and roles[-1] == needed.roles[-1]:
            return index + 1
    return len(ladder.rungs) + 1


def says(rules: tuple[Rule, ...], tried: Tried) -> str:
    """
    Whom these rules ask, in words.
    """
    found = tried.evaluation
    results = [found.triggers[rule.index] for rule in rules] if found else []
    fired = [each for each in results if each.fired]
    if any(each.effect for each in fired):
        return "it is refused"
    steps = [step for each in fired for step in each.require]
    roles = [role for each in fired for rung in each.rungs for role in rung.roles]
    asked = ", ".join(dict.fromkeys((*steps, *roles)))
    return f"they ask {asked}" if asked else "they ask nobody"
