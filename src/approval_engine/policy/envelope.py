"""
Bounds of an approval, such as `discount_pct<=20,amount<=500000` → room to negotiate.

They are unary tests of the policy's own language, one per input. What they allow at
their worst must lie within the authority of whoever gives them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from approval_engine.domain.people import User
from approval_engine.domain.quote import Value
from approval_engine.errors import InvalidInput
from approval_engine.policy.authority import (
    Names,
    personal_limits_hold,
    suffices,
)
from approval_engine.policy.conditions import (
    ConditionError,
    evaluate,
    holds,
    parse_unary,
)
from approval_engine.policy.conditions.tree import Compares, Interval, Relation
from approval_engine.policy.model import Policy, Test
from approval_engine.policy.stated import shown

Bounds = tuple[Test, ...]

LONGEST = 500

_SPLIT = re.compile(r",(?=\s*[A-Za-z_]\w*\s*(?:[<>=!\[\]]|in\b))")
_BOUND = re.compile(r"\s*([A-Za-z_]\w*)\s*([<>=!\[\]].*?|\bin\b.*?)\s*", re.DOTALL)
_STEP = Decimal("1e-9")
"""How near to an end that does not belong to it a bound is judged."""

_BELOW = (Relation.LESS, Relation.AT_MOST)
_ABOVE = (Relation.MORE, Relation.AT_LEAST)
_SIDES = (*_BELOW, *_ABOVE)


def read_bounds(text: str) -> Bounds:
    """
    The tests in a text. Raises InvalidInput if it is none, or names an input twice.
    """
    if len(text) > LONGEST:
        raise InvalidInput(f"Expected bounds of at most {LONGEST} characters.")
    found = tuple(_bound(part) for part in _SPLIT.split(text))
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise InvalidInput(f"Expected one bound per input, but got '{text}'.")
    return found


def written(bounds: Bounds) -> str:
    """
    Bounds as the record of an approval keeps them.
    """
    return ",".join(f"{each.name}{each.text}" for each in bounds)


def check_bounds(policy: Policy, bounds: Bounds, inputs: Names) -> None:
    """
    Raises InvalidInput unless each bounds an input where it is worst, and holds now.
    """
    known = {each.name: each for each in policy.inputs}
    for bound in bounds:
        if bound.name not in known:
            sentence = f"policy '{policy.name}' has no input '{bound.name}'"
            raise InvalidInput(_refusal(bound, sentence))
        try:
            ends = tuple(_ends(bound, known[bound.name].worse))
        except ConditionError as error:
            raise InvalidInput(_refusal(bound, str(error).rstrip("."))) from error
        if not ends or None in ends or _is_half(bound, known[bound.name].worse):
            sentence = "it leaves open how bad it may become"
            raise InvalidInput(_refusal(bound, sentence))
        value = inputs.get(bound.name)
        if not _holds(bound, value, inputs):
            sentence = f"the quote already says {shown(value)}"
            raise InvalidInput(_refusal(bound, sentence))


def beyond(policy: Policy, bounds: Bounds, inputs: Names, user: User) -> str | None:
    """
    What the bounds allow that the person's own limits do not; None if there is nothing.
    """
    for point in _worst(policy, bounds):
        if not personal_limits_hold(user, {**inputs, **point}):
            return f"the limits of '{user.id}' do not cover {_said(point)}"
    return None


def above(
    policy: Policy, bounds: Bounds, inputs: Names, roles: Sequence[str]
) -> str | None:
    """
    What the bounds allow that no rung of these roles covers, on ladders that have one.

    Ladders that do not measure what is bounded say nothing about it.
    """
    for ladder in policy.ladders.values():
        mine = [rung for rung in ladder.rungs if rung.role in roles]
        measured = {test.name for rung in ladder.rungs for test in rung.may}
        if not mine or measured.isdisjoint(bound.name for bound in bounds):
            continue
        for point in _worst(policy, bounds):
            names = {**inputs, **point}
            if not any(suffices(r, names) for r in mine if not r.committee):
                return f"ladder '{ladder.name}' does not cover {_said(point)}"
    return None


def covers(bounds: Bounds, name: str, value: Value, names: Names) -> bool:
    """
    Whether there is a bound on that fact and the value lies within it.
    """
    mine = [bound for bound in bounds if bound.name == name]
    return bool(mine) and all(_holds(bound, value, names) for bound in mine)


def _bound(part: str) -> Test:
    found = _BOUND.fullmatch(part)
    if found is None:
        raise InvalidInput(f"Expected bounds such as 'amount<=500', but got '{part}'.")
    name, text = found.groups()
    try:
        return Test(name=name, test=parse_unary(text), text=text)
    except ConditionError as error:
        raise InvalidInput(f"Expected a bound, but got '{part}': {error}") from error


def _holds(bound: Test, value: Value, names: Names) -> bool:
    try:
        return holds(bound.test, value, names) is True
    except ConditionError as error:
        raise InvalidInput(_refusal(bound, str(error).rstrip("."))) from error


def _worst(policy: Policy, bounds: Bounds) -> Iterator[Mapping[str, Value]]:
    worse = {each.name: each.worse for each in policy.inputs}
    ends = [tuple(_ends(bound, worse.get(bound.name))) for bound in bounds]
    for values in product(*ends):
        yield {bound.name: value for bound, value in zip(bounds, values, strict=True)}


def _ends(bound: Test, worse: str | None) -> Iterator[Value]:
    """
    The values at which the bound is reached on the side that is worse, or on any.
    """
    match bound.test:
        case Compares(relation=Relation.EQUAL, operand=operand):
            yield _value(operand)
        case Compares(relation=relation, operand=operand):
            end = _value(operand)
            if relation in _BELOW and worse != "lower":
                yield _inside(end, relation is Relation.LESS, -_STEP)
            if relation in _ABOVE and worse != "higher":
                yield _inside(end, relation is Relation.MORE, _STEP)
        case Interval(low=low, high=high):
            if worse != "higher":
                yield _value(low)
            if worse != "lower":
                yield _value(high)


def _is_half(bound: Test, worse: str | None) -> bool:
    """
    Whether it bounds one side where, without a direction, the other may be the worse.
    """
    one = isinstance(bound.test, Compares) and bound.test.relation in _SIDES
    return one and worse is None


def _inside(end: Value, is_open: object, step: Decimal) -> Value:
    # Whether authority ends just there is asked once more of the facts themselves.
    return end + step if is_open and isinstance(end, Decimal) else end


def _value(operand: object) -> Value:
    # What the right side names is not known here; a bound is a number or a word.
    return evaluate(operand, {})  # type: ignore[arg-type] # parsed by the grammar


def _said(point: Mapping[str, Value]) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in point.items())


def _refusal(bound: Test, reason: str) -> str:
    return f"Expected to approve within '{bound.name}{bound.text}', but {reason}."
