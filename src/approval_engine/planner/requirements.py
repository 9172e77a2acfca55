"""
The triggers that fired → the steps they require, each once, with all its reasons.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from approval_engine.domain.completion import Completion, Rule, strictest
from approval_engine.domain.quote import Value
from approval_engine.errors import PlanError, Problem
from approval_engine.planner.plan import FactSeen, Reason
from approval_engine.policy.authority import suffices
from approval_engine.policy.conditions import holds
from approval_engine.policy.evaluation import Evaluation, RungNeeded, TriggerResult
from approval_engine.policy.model import Policy, Rung, StepRule, Test, Trigger


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """
    One step that is needed, and why.

    `measures` must lie within the own limits of whoever decides; they are there if a
    ladder asks, and then `higher` are the roles above that may decide as well.
    `committee` are the roles that each fill one seat; empty for an ordinary step.
    `also` are roles, and `people` persons, that are asked beside the rule's own role.
    """

    rule: StepRule
    reasons: tuple[Reason, ...]
    measures: tuple[Mapping[str, Value], ...] = ()
    higher: tuple[str, ...] = ()
    committee: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def collect(
    policy: Policy, evaluation: Evaluation, on: date
) -> tuple[Requirement, ...]:
    """
    Declared steps in document order, then the others by their first requirement.

    `on` is the date of the submit: a rung that is not valid then has no authority.
    Raises PlanError if a trigger fired that asks nobody, or two roles claim one step.
    """
    found: dict[str, Requirement] = {}
    for trigger in evaluation.binding:
        asked = tuple(_asked(policy, evaluation, trigger, on))
        if not asked:
            sentence = (
                f"Expected trigger '{trigger.id}' to ask somebody, but it does not."
            )
            raise problem(policy, "no-step", trigger.id, sentence)
        for each in asked:
            known = found.get(each.rule.id)
            own = known.rule if known else policy.steps.get(each.rule.id)
            _check_free(policy, each.rule, own)
            found[each.rule.id] = _merged(known, each) if known else each
    declared = (found[step] for step in policy.steps if step in found)
    others = (found[step] for step in found if step not in policy.steps)
    return (*declared, *others)


def could_ask(policy: Policy, trigger: Trigger) -> tuple[StepRule, ...]:
    """
    Every step that the trigger could ask for on some quote, in the order of its rules.
    """
    required = (policy.steps.get(s) or _default(policy, s) for s in trigger.require)
    found = {rule.id: rule for rule in required}
    if trigger.ladder is not None:
        for rung in policy.ladders[trigger.ladder].rungs:
            rule = _rule_of(policy, rung.role)
            if rung.committee:
                rule = replace(rule, id=f"{trigger.ladder}_committee")
            found.setdefault(rule.id, rule)
    return tuple(found.values())


def meets(tests: Iterable[Test], names: Mapping[str, Value]) -> bool:
    """
    Whether every test is known to hold.
    """
    return all(holds(test.test, names.get(test.name), names) is True for test in tests)


def problem(policy: Policy, code: str, element: str, sentence: str) -> PlanError:
    """
    A plan error at one step or trigger of the policy.
    """
    file = f"{policy.name}@{policy.version}"
    return PlanError(
        Problem(file=file, line=1, code=code, element=element, sentence=sentence)
    )


def _asked(
    policy: Policy, evaluation: Evaluation, trigger: TriggerResult, on: date
) -> Iterator[Requirement]:
    reasons = (_reason(trigger),)
    for step in trigger.require:
        rule = policy.steps.get(step) or _default(policy, step)
        yield Requirement(rule=rule, reasons=reasons)
    for rung in trigger.rungs:
        if rung.quorum is None:
            names = {**evaluation.inputs, **rung.measures}
            yield from _rungs(policy, rung, reasons, _higher(policy, rung, names, on))
        elif rung.quorum < len(rung.roles):
            yield _committee(policy, rung, rung.quorum, reasons)
        else:
            # Together they suffice, so that nobody has to on his own.
            for role in rung.roles:
                yield Requirement(rule=_rule_of(policy, role), reasons=reasons)


def _rungs(
    policy: Policy,
    rung: RungNeeded,
    reasons: tuple[Reason, ...],
    higher: tuple[str, ...],
) -> Iterator[Requirement]:
    # In a chain only the last role has to suffice on its own.
    *lower, last = rung.roles
    for role in lower:
        yield Requirement(rule=_rule_of(policy, role), reasons=reasons)
    yield Requirement(
        rule=_rule_of(policy, last),
        reasons=reasons,
        measures=(rung.measures,),
        higher=higher,
    )


def _higher(
    policy: Policy, needed: RungNeeded, names: Mapping[str, Value], on: date
) -> tuple[str, ...]:
    rungs = policy.ladders[needed.ladder].rungs
    roles = [rung.role for rung in rungs]
    above = rungs[roles.index(needed.roles[-1]) + 1 :]
    return tuple(
        rung.role
        for rung in above
        if not rung.committee and _is_valid(rung, on) and suffices(rung, names)
    )


def _is_valid(rung: Rung, on: date) -> bool:
    return (rung.starts_on or on) <= on <= (rung.ends_on or on)


def _committee(
    policy: Policy, rung: RungNeeded, quorum: int, reasons: tuple[Reason, ...]
) -> Requirement:
    rungs = policy.ladders[rung.ladder].rungs
    names = {each.role for each in rungs if each.committee}
    own = (rule for rule in policy.steps.values() if rule.role in names)
    rule = replace(
        next(own, None) or _rule_of(policy, rung.roles[-1]),
        id=f"{rung.ladder}_committee",
        completion=Completion(rule=Rule.QUORUM, count=quorum),
        assign="pool",
        ask_everyone=True,
        match={},
    )
    return Requirement(rule=rule, reasons=reasons, committee=rung.roles)


def _rule_of(policy: Policy, role: str) -> StepRule:
    own = [rule for rule in policy.steps.values() if rule.role == role]
    named_alike = (rule for rule in own if rule.id == role)
    return next(named_alike, own[0] if own else _default(policy, role))


def _default(policy: Policy, role: str) -> StepRule:
    return replace(policy.default_step, id=role, role=role)


def _check_free(policy: Policy, rule: StepRule, other: StepRule | None) -> None:
    if other and other.role != rule.role:
        sentence = (
            f"Expected step '{rule.id}' to ask role '{rule.role}', which a trigger"
            f" needs, but a step of role '{other.role}' has that id."
        )
        raise problem(policy, "step-taken", rule.id, sentence)


def _merged(a: Requirement, b: Requirement) -> Requirement:
    completion = a.rule.completion
    committee = tuple(dict.fromkeys((*a.committee, *b.committee)))
    if completion != b.rule.completion:
        completion = strictest(completion, b.rule.completion, len(committee))
    higher = a.higher if a.measures else b.higher
    if b.measures:
        higher = tuple(role for role in higher if role in b.higher)
    return replace(
        a,
        rule=replace(a.rule, completion=completion),
        reasons=tuple(dict.fromkeys((*a.reasons, *b.reasons))),
        measures=(*a.measures, *b.measures),
        higher=higher,
        committee=committee,
    )


def _reason(trigger: TriggerResult) -> Reason:
    facts = tuple(
        FactSeen(name=f.name, value=words(f.value), test=f.test, lines=f.lines)
        for f in trigger.facts
        if f.held
    )
    return Reason(trigger=trigger.id, reason=trigger.reason, facts=facts)


def words(value: Value) -> str:
    """
    A value as a person reads it; numbers with the digits they came with.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(words(item) for item in value)
    return value
