"""
An exception that is asked for → whom the policy would ask at the worst of its bounds.

Whoever may sign off the worst quote within the bounds may grant all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import product

from approval_engine.domain.exceptions import Waives
from approval_engine.domain.quote import Value
from approval_engine.errors import InvalidInput, InvalidState
from approval_engine.policy.authority import rungs_needed
from approval_engine.policy.bounds import (
    AT_LEAST,
    AT_MOST,
    ONE_OF,
    Bound,
    input_named,
    read_bounds,
)
from approval_engine.policy.conditions import UnaryTest, inputs_of, literals_of
from approval_engine.policy.conditions.tree import (
    Compares,
    Either,
    Fails,
    Interval,
    Meets,
    Relation,
)
from approval_engine.policy.conditions.walk import nodes
from approval_engine.policy.evaluation import (
    Evaluation,
    Fact,
    RungNeeded,
    TriggerResult,
)
from approval_engine.policy.model import InputType, Ladder, Policy, Test, Trigger

Names = Mapping[str, Value]

_ANOTHER = "(another)"
"""Stands for every text that no rule names."""

_MOST_CASES = 4096
_BOTH = frozenset({"higher", "lower"})
_CLOSES = {AT_MOST: {"higher"}, AT_LEAST: {"lower"}, ONE_OF: {*_BOTH, "exact"}}
_SIDES = {
    Relation.LESS: {"lower"},
    Relation.AT_MOST: {"lower"},
    Relation.MORE: {"higher"},
    Relation.AT_LEAST: {"higher"},
}
_OPPOSITE = {"lower": "higher", "higher": "lower"}
_ALLOWS = {
    AT_MOST: "the exception allows up to it",
    AT_LEAST: "the exception allows down to it",
    ONE_OF: "the exception allows it",
}
_SIGNS = {"higher": AT_MOST, "lower": AT_LEAST, "exact": ONE_OF}
_ORDERED = frozenset({InputType.NUMBER, InputType.MONEY, InputType.DATE})


def requested(policy: Policy, waives: Waives, on: date) -> Evaluation:
    """
    The evaluation of a request for an exception: its trigger, fired at the bounds.

    Raises a Refused if it cannot be waived or its bounds are open where they must not
    be, and PlanError if nobody on the ladder could sign off the worst of them.
    """
    trigger = _trigger(policy, waives.trigger)
    bounds = read_bounds(policy, waives.within, on_lines=trigger.each_line)
    must_be_closed(policy, trigger, bounds)
    rungs: tuple[RungNeeded, ...] = ()
    if trigger.ladder is not None:
        ladder = policy.ladders[trigger.ladder]
        cases = tuple(_cases(policy, trigger, ladder, bounds))
        rungs = (rungs_needed(policy, ladder, cases, on),)
    _must_match(policy, trigger, rungs, bounds)
    result = TriggerResult(
        id=trigger.id,
        reason=trigger.reason,
        fired=True,
        facts=tuple(_fact(bound) for bound in bounds),
        require=trigger.require,
        rungs=rungs,
        inform=trigger.inform,
    )
    return Evaluation(
        policy=policy.name,
        version=policy.version,
        policy_sha256=policy.sha256,
        inputs=worst(policy, bounds),
        triggers=(result,),
        process="standard",
    )


def worst(policy: Policy, bounds: Iterable[Bound]) -> dict[str, Value]:
    """
    The worst that each bound allows, by name; several values as a list.
    """
    directions = {each.name: each.worse for each in policy.inputs}
    found: dict[str, Value] = {}
    for bound in bounds:
        better = AT_MOST if directions.get(bound.name) == "lower" else AT_LEAST
        if bound.name not in found or bound.sign != better:
            one = len(bound.values) == 1
            found[bound.name] = bound.values[0] if one else bound.values
    return found


def _trigger(policy: Policy, trigger_id: str) -> Trigger:
    trigger = next((each for each in policy.triggers if each.id == trigger_id), None)
    name = f"policy '{policy.name}' version {policy.version}"
    if trigger is None:
        sentence = f"There is no trigger '{trigger_id}' in {name}."
        raise InvalidInput(sentence)
    if trigger.effect is not None:
        sentence = (
            f"Expected to waive trigger '{trigger_id}', but {name} refuses what it"
            f" finds: {trigger.reason}."
        )
        raise InvalidState(sentence)
    return trigger


def must_be_closed(policy: Policy, trigger: Trigger, bounds: tuple[Bound, ...]) -> None:
    """
    Raises InvalidInput if a fact that decides has no bound where it may be worse.
    """
    closed: dict[str, set[str]] = {}
    for bound in bounds:
        closed.setdefault(bound.name, set()).update(_CLOSES[bound.sign])
    open_ones = [
        f"{name}{_SIGNS[side]}…"
        for name, sides in _measured(policy, trigger).items()
        for side in sorted(sides - closed.get(name, set()))
    ]
    if open_ones:
        many = len(open_ones) > 1
        sentence = (
            f"Expected {'bounds' if many else 'a bound'} {' and '.join(open_ones)},"
            f" for trigger '{trigger.id}' measures {'them' if many else 'it'}, but"
            f" {'they are' if many else 'it is'} open."
        )
        raise InvalidInput(sentence)


def _measured(policy: Policy, trigger: Trigger) -> dict[str, set[str]]:
    """
    Which sides of which ordered facts decide whether it fires, and who may sign it.
    """
    found: dict[str, set[str]] = {}
    for test in (test for row in trigger.rows for test in row.tests):
        each = input_named(policy, test.name, on_lines=trigger.each_line)
        if each and each.type in _ORDERED:
            worse = {each.worse} if each.worse else set()
            found.setdefault(test.name, set()).update(_sides(test.test), worse)
    for test in _ladder_tests(policy.ladders.get(trigger.ladder or "")):
        each = input_named(policy, test.name, on_lines=trigger.each_line)
        if each and each.type in _ORDERED:
            found.setdefault(test.name, set()).update(_limited(test.test))
        for name in inputs_of(test.test):
            found.setdefault(name, set()).update(_BOTH)
    return found


def _ladder_tests(ladder: Ladder | None) -> Iterator[Test]:
    for rung in ladder.rungs if ladder else ():
        yield from (*rung.may, *rung.within)


def _sides(test: UnaryTest) -> set[str]:
    found: set[str] = set()
    for node in nodes(test):
        if isinstance(node, Compares):
            found |= _SIDES.get(node.relation, _BOTH)
        elif isinstance(node, Interval | Fails | Meets):
            found |= _BOTH
    return found


def _limited(test: UnaryTest) -> set[str]:
    """
    On which sides the authority that a test gives can end.
    """
    if any(map(_is_ragged, nodes(test))):
        return {"exact"}
    sides = _sides(test)
    return {_OPPOSITE[side] for side in sides} if len(sides) == 1 else sides


def _is_ragged(node: object) -> bool:
    """
    Whether two values that meet it may have one between them that does not.
    """
    unequal = isinstance(node, Compares) and node.relation is Relation.UNEQUAL
    return unequal or isinstance(node, Either | Fails | Meets)


def _cases(
    policy: Policy, trigger: Trigger, ladder: Ladder, bounds: tuple[Bound, ...]
) -> Iterator[Names]:
    """
    Every corner of the bounds that the ladder can tell from another.
    """
    options: dict[str, tuple[Value, ...]] = {}
    for bound in bounds:
        options[bound.name] = (*options.get(bound.name, ()), *bound.values)
    for test in _ladder_tests(ladder):
        if test.name not in options:
            options[test.name] = _open(policy, trigger, ladder, test.name)
    corners = 1
    for values in options.values():
        corners *= len(values)
    if corners > _MOST_CASES:
        sentence = "Expected fewer values in the bounds of one exception."
        raise InvalidInput(sentence)
    for values in product(*options.values()):
        yield dict(zip(options, values, strict=True))


def _open(
    policy: Policy, trigger: Trigger, ladder: Ladder, name: str
) -> tuple[Value, ...]:
    each = input_named(policy, name, on_lines=trigger.each_line)
    if each is not None and each.type is InputType.BOOLEAN:
        return (True, False)
    named = (
        part
        for test in _ladder_tests(ladder)
        if test.name == name
        for part in literals_of(test.test)
    )
    texts = tuple(part for part in dict.fromkeys(named) if isinstance(part, str))
    values = (each.values if each else ()) or (*texts, _ANOTHER)
    if each is not None and each.type is InputType.LIST:
        return (values,)
    return values


def _must_match(
    policy: Policy,
    trigger: Trigger,
    rungs: tuple[RungNeeded, ...],
    bounds: tuple[Bound, ...],
) -> None:
    roles = {role for rung in rungs for role in rung.roles}
    fixed = {
        each.name for each in bounds if each.sign == ONE_OF and len(each.values) == 1
    }
    for step in policy.steps.values():
        if step.id not in trigger.require and step.role not in roles:
            continue
        for name in step.match.values():
            if name not in fixed:
                sentence = (
                    f"Expected a bound {name}=… with one value, for step '{step.id}'"
                    " finds its people by it."
                )
                raise InvalidInput(sentence)


def _fact(bound: Bound) -> Fact:
    one = len(bound.values) == 1
    value = bound.values[0] if one else bound.values
    # A process definition shows tests, and must not show what was asked for.
    return Fact(name=bound.name, value=value, test=_ALLOWS[bound.sign], held=True)


def amounts(inputs: Names) -> dict[str, Value]:
    """
    Those of the worst facts that are numbers, as a document states them.
    """
    return {name: value for name, value in inputs.items() if type(value) is Decimal}
