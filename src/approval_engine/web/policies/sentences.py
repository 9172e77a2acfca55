"""
A policy → the words that people read it in: conditions, limits, steps, inputs.

Nobody who reads them needs to know how a policy is written down.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from approval_engine.documents.node import decimal_of
from approval_engine.domain.completion import Completion, Rule
from approval_engine.planner.phrases import label, money, number, title
from approval_engine.policy.form.cells import Cell, Sign, split, type_of_line
from approval_engine.policy.model import (
    Input,
    InputType,
    Policy,
    Rung,
    StepRule,
    Test,
    Trigger,
)

_PLAIN: Mapping[Sign, str] = {
    Sign.BELOW: "below {}",
    Sign.MOST: "at most {}",
    Sign.ABOVE: "above {}",
    Sign.LEAST: "at least {}",
    Sign.IS: "{}",
    Sign.NOT: "not {}",
    Sign.ONE: "one of {}",
    Sign.NONE: "none of {}",
    Sign.HAS: "{} among others",
    Sign.MISSING: "not given",
    Sign.ANY: "anything",
}
_COMPLETIONS: Mapping[Rule, str] = {
    Rule.ANY: "one approval is enough",
    Rule.FIRST_RESPONSE: "the first answer decides",
    Rule.ALL: "all must approve",
    Rule.ALL_RESPOND_ANY: "all must answer, one approval is enough",
    Rule.QUORUM: "{} must approve",
    Rule.PERCENT: "{} % must approve",
}
_TIMEOUTS: Mapping[str, str] = {
    "escalate": "it goes to the next",
    "remind": "they are reminded",
    "reject": "it counts as a rejection",
    "hold": "it waits and the deal desk is told",
    "approve": "it counts as approved",
}
_ASSIGNED: Mapping[str, str] = {
    "pool": "anybody with the role may take it",
    "manager_of_submitter": "the manager of the submitter",
    "least_loaded": "whoever has least to do",
    "round_robin": "each in turn",
}
_OF_LINES: Mapping[str, str] = {
    "sum": "sum",
    "max": "highest",
    "min": "lowest",
    "count": "number",
    "avg": "average",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """
    One condition: what is looked at, and what it must be; `free` if no words say it.
    """

    name: str
    words: str
    free: bool = False

    def __str__(self) -> str:
        verb = "is " if not self.free else ""
        return f"{label(self.name)} {verb}{self.words}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stair:
    """
    One rung of a staircase: who, up to what, and where that holds.
    """

    role: str
    may: tuple[Clause, ...]
    within: tuple[Clause, ...]
    power: str
    until: str


class Speaker:
    """
    Says the parts of a policy with the names and units that it declares.
    """

    def __init__(self, inputs: Mapping[str, InputType], currency: str) -> None:
        self._types = inputs
        self._currency = currency

    def clauses(self, tests: Iterable[Test]) -> tuple[Clause, ...]:
        """
        The conditions that must all hold.
        """
        return tuple(self.clause(test.name, test.text) for test in tests)

    def clause(self, name: str, text: str) -> Clause:
        """
        One condition in words.
        """
        kind = self._types.get(name) or type_of_line(name)
        cell = split(text, kind)
        if cell.sign is Sign.FREE:
            return Clause(name=name, words=text, free=True)
        return Clause(name=name, words=self._said(name, cell, kind))

    def rows(self, trigger: Trigger) -> tuple[tuple[Clause, ...], ...]:
        """
        The rows of a rule, any of which fires it.
        """
        return tuple(self.clauses(row.tests) for row in trigger.rows)

    def rung(self, rung: Rung) -> Stair:
        """
        One rung of a ladder.
        """
        power = "without limit" if rung.unlimited else ""
        if rung.committee:
            power = f"{rung.quorum} of the {rung.committee} below, together"
        return Stair(
            role=rung.role,
            may=self.clauses(rung.may),
            within=self.clauses(rung.within),
            power=power,
            until=period(rung.starts_on, rung.ends_on),
        )

    def _said(self, name: str, cell: Cell, kind: InputType | None) -> str:
        if cell.sign is Sign.BETWEEN:
            low, high = (self._value(name, v, kind) for v in (cell.first, cell.second))
            return f"from {low} to below {high}"
        values = cell.first
        if cell.sign in (Sign.ONE, Sign.NONE):
            *first, last = (
                self._value(name, v.strip(), kind) for v in values.split(",")
            )
            return _PLAIN[cell.sign].format(f"{', '.join(first)} and {last}")
        return _PLAIN[cell.sign].format(self._value(name, values, kind))

    def _value(self, name: str, typed: str, kind: InputType | None) -> str:
        amount = decimal_of(typed)
        if amount is None or kind not in (InputType.NUMBER, InputType.MONEY):
            named = kind in (InputType.NUMBER, InputType.MONEY)
            return label(typed) if named else typed
        if kind is InputType.MONEY:
            return money(amount, self._currency)
        return f"{number(amount)} %" if name.endswith("_pct") else number(amount)


def speaker(policy: Policy) -> Speaker:
    """
    Whoever says the parts of that policy.
    """
    types = {each.name: each.type for each in policy.inputs}
    return Speaker(types, policy.currency)


def period(start: object, end: object) -> str:
    """
    When something holds; empty if always.
    """
    parts = [f"from {start}"] if start else []
    return " ".join([*parts, f"until {end}"] if end else parts)


def completion(rule: Completion) -> str:
    """
    How many must say yes.
    """
    amount = rule.count if rule.rule is Rule.QUORUM else rule.percent
    said = _COMPLETIONS[rule.rule].format(number(Decimal(amount or 0)))
    if rule.veto:
        said += f"; a no of {_and(map(title, rule.veto))} ends it"
    return said + ("; nothing is decided before all have answered" * rule.wait_for_all)


def hours(policy: Policy, step: StepRule) -> tuple[tuple[str, tuple[Clause, ...]], ...]:
    """
    The working hours of a step, with the conditions under which they hold.
    """
    speaks = speaker(policy)
    return tuple(
        (f"{number(rule.hours)} h", speaks.clauses(rule.tests)) for rule in step.sla
    )


def late(step: StepRule) -> str:
    """
    What happens while nobody answers.
    """
    told = list(_late(step))
    return "; ".join(told)


def _late(step: StepRule) -> Iterator[str]:
    if step.remind_after_hours:
        after = _and(number(each) for each in step.remind_after_hours)
        yield f"reminder after {after} h"
    if step.on_timeout == "escalate" and step.escalate_to:
        yield "then " + ", then ".join(
            title(each.role)
            + (f" after {number(each.after_hours)} h" if each.after_hours else "")
            for each in step.escalate_to
        )
    else:
        yield f"when the time is over, {_TIMEOUTS[step.on_timeout]}"


def assigned(step: StepRule) -> str:
    """
    Who of a role is asked.
    """
    if step.assign.startswith("user:"):
        return step.assign.removeprefix("user:")
    said = _ASSIGNED[step.assign]
    matched = (
        f"{label(attribute)} like the quote's {label(name)}"
        if attribute != name
        else f"of the quote's {label(name)}"
        for attribute, name in step.match.items()
    )
    return ", ".join([said, *matched])


def source(each: Input, texts: Mapping[str, str]) -> str:
    """
    Where an input comes from; `texts` are the formulas as they are written.
    """
    if each.expr is not None:
        return f"calculated: {texts.get(each.name, '')}"
    if each.aggregate is None:
        return "stated by the quote"
    of = f" of {label(each.aggregate.of)}" if each.aggregate.of else ""
    where = "".join(
        f" where {label(name)} is {value}"
        for name, value in each.aggregate.where.items()
    )
    return f"{_OF_LINES[each.aggregate.function]}{of} over the lines{where}"


def _and(words: Iterable[str]) -> str:
    *first, last = list(words) or ["nobody"]
    return f"{', '.join(first)} and {last}" if first else last


def weekdays(days: Iterable[int]) -> str:
    """
    Days of the week by name; 0 is Monday.
    """
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return _and(names[day] for day in sorted(days))
