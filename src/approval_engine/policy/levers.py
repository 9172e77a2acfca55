"""
What of a quote could be changed, and to which values: for the search in `nearest`.

Only what the quote states is ever changed; what derives from it follows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from approval_engine.domain.quote import Quote, QuoteLine, Value
from approval_engine.policy.boundaries import (
    near_numbers,
    near_values,
    stated_as,
    unit_of,
    way_of,
)
from approval_engine.policy.conditions import inputs_of
from approval_engine.policy.conditions.values import ARITHMETIC
from approval_engine.policy.currency import minor_digits
from approval_engine.policy.lines import HUNDRED, LINE_KINDS, line_field
from approval_engine.policy.model import Input, InputType, Policy, Trigger

_MONEY = frozenset({"sum", "avg"})
_COUNTED = frozenset({"net", "total_list", "total_cost", "quantity"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """
    One fact of a quote, before and after; `lines` are those on which it is changed.
    """

    name: str
    before: Value
    after: Value
    lines: tuple[str, ...] = ()

    @property
    def distance(self) -> Decimal:
        """
        How far it goes: the part of a number, a day, an element, or one whole step.
        """
        before, after = self.before, self.after
        if isinstance(before, Decimal) and isinstance(after, Decimal):
            largest = max(abs(before), Decimal(1))
            return ARITHMETIC.divide(abs(after - before), largest)
        if isinstance(before, tuple) and isinstance(after, tuple):
            return Decimal(len(before) - len(after))
        return Decimal(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lever:
    """
    One fact that may be changed. `near` are the values worth a try, nearest first.

    Where they follow from no boundary, `unit` is the grid that is searched instead, up
    if `way` is 1, down if -1, down to `least`.
    """

    name: str
    before: Value
    lines: tuple[str, ...] = ()
    near: tuple[Value, ...] = ()
    unit: Decimal | None = None
    way: int = 0
    least: Decimal | None = None

    def to(self, quote: Quote, after: Value) -> Change | None:
        """
        The change to that value, of several lines on those that lie beyond it.

        None if nothing would change.
        """
        lines = tuple(
            line.id
            for line in quote.lines
            if line.id in self.lines and _is_beyond(line, self, after)
        )
        if after == self.before or (self.lines and not lines):
            return None
        return Change(name=self.name, before=self.before, after=after, lines=lines)


def changed(policy: Policy, quote: Quote, change: Change) -> Quote:
    """
    The quote after a change, without the claims that it would contradict then.
    """
    derived = {each.name for each in policy.inputs if each.expr}
    if change.lines:
        derived |= {each.name for each in policy.inputs if each.aggregate}
        lines = tuple(
            _with(line, change, quote.currency) if line.id in change.lines else line
            for line in quote.lines
        )
        quote = replace(quote, lines=lines)
    stated = {n: v for n, v in quote.inputs.items() if n not in derived}
    if not change.lines:
        after = change.after
        stated[change.name] = after.isoformat() if isinstance(after, date) else after
    return replace(quote, inputs=stated)


def levers(
    policy: Policy, quote: Quote, trigger: Trigger, fired_on: tuple[str, ...]
) -> Iterator[Lever]:
    """
    What could be changed so that a trigger, which fired on these lines, asks others.
    """
    own = {line.id for line in quote.lines} & set(fired_on)
    for name in _read(policy, trigger):
        each = next((x for x in policy.inputs if x.name == name), None)
        on_lines = trigger.each_line and _on_lines(quote, own, name)
        if on_lines:
            yield from _of_lines(policy, quote, name, tuple(sorted(own)))
        elif each is not None:
            yield from _of_input(policy, quote, each, set())


def _read(policy: Policy, trigger: Trigger) -> tuple[str, ...]:
    tests = [test for row in trigger.rows for test in row.tests]
    if trigger.ladder is not None:
        for rung in policy.ladders[trigger.ladder].rungs:
            tests += (*rung.may, *rung.within)
    names = (n for test in tests for n in (test.name, *sorted(inputs_of(test.test))))
    return tuple(dict.fromkeys(names))


def _of_input(
    policy: Policy, quote: Quote, each: Input, seen: set[str]
) -> Iterator[Lever]:
    if each.name in seen:
        return
    seen.add(each.name)
    if each.expr is not None:
        for part in policy.inputs:
            if part.name in inputs_of(each.expr):
                for lever in _of_input(policy, quote, part, seen):
                    yield _on_a_grid(lever)
    elif each.aggregate is not None and quote.lines:
        yield from _of_aggregate(policy, quote, each)
    elif quote.inputs.get(each.name) is not None:
        before = stated_as(each, quote.inputs[each.name])
        near = near_values(policy, quote, each, before)
        unit = unit_of(policy, each, before) if isinstance(before, Decimal) else None
        way = way_of(each)
        yield Lever(name=each.name, before=before, near=near, unit=unit, way=way)


def _on_a_grid(lever: Lever) -> Lever:
    # Where the value goes through arithmetic, the boundaries of tests are elsewhere.
    return replace(lever, near=()) if lever.unit is not None else lever


def _of_aggregate(policy: Policy, quote: Quote, each: Input) -> Iterator[Lever]:
    aggregate = each.aggregate
    if aggregate is None:
        return
    chosen = [line for line in quote.lines if _is_in(line, aggregate.where)]
    if aggregate.function in {"max", "min"} and _is_stated(chosen, aggregate.of):
        way = -1 if aggregate.function == "max" else 1
        yield _beyond(policy, quote, each, (aggregate.of, way), chosen)
    elif aggregate.function in _MONEY and aggregate.of in _COUNTED:
        for line in chosen:
            yield Lever(
                name="quantity",
                before=line.quantity,
                lines=(line.id,),
                unit=Decimal(1),
                way=-1,
                least=Decimal(0),
            )


def _of_lines(
    policy: Policy, quote: Quote, name: str, lines: tuple[str, ...]
) -> Iterator[Lever]:
    mine = [line for line in quote.lines if line.id in lines]
    if not _is_stated(mine, name):
        return
    declared = (each for each in policy.inputs if each.name == name)
    each = next(declared, Input(name=name, type=InputType.NUMBER))
    for way in (way_of(each),) if way_of(each) else (-1, 1):
        yield _beyond(policy, quote, each, (name, way), mine)


def _beyond(
    policy: Policy,
    quote: Quote,
    each: Input,
    field: tuple[str, int],
    lines: list[QuoteLine],
) -> Lever:
    """
    A field of lines that is brought down, or up, to one value wherever it lies beyond.
    """
    name, way = field
    values = [_number(line, name) for line in lines]
    before = max(values) if way < 0 else min(values)
    unit = min(unit_of(policy, each, value) for value in values)
    near = near_numbers(policy, quote, each, before, unit)
    better = tuple(value for value in near if (value - before) * way > 0)
    ids = tuple(line.id for line in lines)
    return Lever(name=name, before=before, lines=ids, near=better)


def _is_stated(lines: list[QuoteLine], name: str) -> bool:
    known = name in {"discount_pct", "quantity"} or name not in LINE_KINDS
    numbers = (line_field(line, name) for line in lines)
    return known and bool(lines) and all(isinstance(n, Decimal) for n in numbers)


def _on_lines(quote: Quote, own: set[str], name: str) -> bool:
    if name in LINE_KINDS:
        return bool(own)
    return any(name in line.extra for line in quote.lines if line.id in own)


def _number(line: QuoteLine, name: str) -> Decimal:
    value = line_field(line, name)
    return value if isinstance(value, Decimal) else Decimal(0)


def _is_in(line: QuoteLine, where: Mapping[str, str]) -> bool:
    return all(str(line_field(line, name)) == wanted for name, wanted in where.items())


def _is_beyond(line: QuoteLine, lever: Lever, after: Value) -> bool:
    value, before = _number(line, lever.name), lever.before
    if not (isinstance(after, Decimal) and isinstance(before, Decimal)):
        return False
    return value > after if after < before else value < after


def _with(line: QuoteLine, change: Change, currency: str) -> QuoteLine:
    after = change.after
    if not isinstance(after, Decimal):
        return line
    if change.name == "quantity":
        return replace(line, quantity=after)
    if change.name != "discount_pct":
        return replace(line, extra={**line.extra, change.name: after})
    cent = Decimal(1).scaleb(-(minor_digits(currency) or 0))
    net = ARITHMETIC.divide(line.list_price * (HUNDRED - after), HUNDRED)
    return replace(line, discount_pct=after, net_price=net.quantize(cent))
