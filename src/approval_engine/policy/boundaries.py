"""
A fact and the tests of a policy on it → the values at which one of them may turn.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from approval_engine.domain.quote import Quote, Value
from approval_engine.policy.conditions import inputs_of, literals_of
from approval_engine.policy.currency import minor_digits
from approval_engine.policy.model import Input, InputType, Policy, Test

_MOST_ELEMENTS = 8
_MOST_DECIMALS = 6


def near_values(
    policy: Policy, quote: Quote, each: Input, before: Value
) -> tuple[Value, ...]:
    """
    The values of any kind that are worth a try in place of this one, nearest first.
    """
    if isinstance(before, Decimal):
        return near_numbers(policy, quote, each, before)
    if isinstance(before, bool):
        return (not before,)
    if isinstance(before, date):
        return _near_days(policy, each, before)
    if isinstance(before, tuple):
        kept = range(len(before) - 1, -1, -1) if len(before) <= _MOST_ELEMENTS else ()
        return tuple(part for count in kept for part in combinations(before, count))
    named = (v for v in _literals(policy, each.name) if isinstance(v, str))
    others = dict.fromkeys((*each.values, *(() if each.values else named)))
    return tuple(value for value in others if value != before)


def near_numbers(
    policy: Policy,
    quote: Quote,
    each: Input,
    before: Decimal,
    unit: Decimal | None = None,
) -> tuple[Decimal, ...]:
    """
    Every number at which a test turns, and those one unit beside it, nearest first.

    None of them makes the quote worse: what the policy overlooks is no advice.
    """
    bounds = [v for v in _literals(policy, each.name) if isinstance(v, Decimal)]
    for test in _tests_on(policy, each.name):
        stated = (quote.inputs.get(name) for name in sorted(inputs_of(test.test)))
        bounds += (v for v in map(_decimal, stated) if v is not None)
    own = unit or unit_of(policy, each, before)
    found: dict[Decimal, None] = {}
    for bound in bounds:
        step = min(own, _scale(bound))
        found |= dict.fromkeys((bound, bound - step, bound + step))
    way = way_of(each)
    better = (value for value in found if not way or (value - before) * way > 0)
    return tuple(sorted(better, key=lambda value: (abs(value - before), value)))


def way_of(each: Input) -> int:
    """
    In which direction an input gets better: 1 is up, -1 down, 0 that nobody said.
    """
    return {"lower": 1, "higher": -1}.get(each.worse or "", 0)


def _near_days(policy: Policy, each: Input, before: date) -> tuple[date, ...]:
    day, way = timedelta(days=1), way_of(each)
    bounds = [v for v in _literals(policy, each.name) if isinstance(v, date)]
    found = dict.fromkeys(d for b in bounds for d in (b, b - day, b + day))
    better = (d for d in found if not way or (d - before).days * way > 0)
    return tuple(sorted(better, key=lambda d: (abs(d - before), d)))


def _tests_on(policy: Policy, name: str) -> Iterator[Test]:
    tests: list[Iterable[Test]] = [
        row.tests for trigger in policy.triggers for row in trigger.rows
    ]
    for ladder in policy.ladders.values():
        tests += ((*rung.may, *rung.within) for rung in ladder.rungs)
    yield from (test for row in tests for test in row if test.name == name)


def _literals(policy: Policy, name: str) -> tuple[Value, ...]:
    return tuple(
        value for test in _tests_on(policy, name) for value in literals_of(test.test)
    )


def unit_of(policy: Policy, each: Input, before: Decimal) -> Decimal:
    """
    The smallest step of a number: a cent for money, else the last digit it came with.
    """
    if each.type is InputType.MONEY:
        cent = Decimal(1).scaleb(-(minor_digits(policy.currency) or 0))
        return min(cent, _scale(before))
    return _scale(before)


def _scale(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    # A quotient has no digits of its own: it is looked at like a percentage.
    return Decimal(1).scaleb(-max(0, places if places <= _MOST_DECIMALS else 2))


def stated_as(each: Input, value: Value) -> Value:
    """
    A stated value as the policy's type has it.
    """
    if each.type in {InputType.NUMBER, InputType.MONEY}:
        return _decimal(value)
    if each.type is InputType.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _decimal(value: Value) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    return Decimal(value) if isinstance(value, str) else None
