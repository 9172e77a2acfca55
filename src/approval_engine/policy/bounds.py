"""
Bounds as people write them, such as `discount_pct<=38,region=EMEA` → tests on facts.

Both ends belong to the bounds. What is not known does not lie within them.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from approval_engine.domain.quote import Value
from approval_engine.errors import InvalidInput
from approval_engine.policy.conditions import Kind
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import Input, InputType, Policy
from approval_engine.policy.stated import Unfit, shown, typed

AT_MOST, AT_LEAST, ONE_OF = "<=", ">=", "="

_BOUND = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(<=|>=|=)\s*(\S(?:.*\S)?)\s*")
_LINE_TYPES = {Kind.NUMBER: InputType.NUMBER, Kind.STRING: InputType.STRING}
_ORDERED = frozenset({InputType.NUMBER, InputType.MONEY, InputType.DATE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """
    What one fact may be: at most or at least the only value, or one of several.
    """

    name: str
    sign: str
    values: tuple[Value, ...]

    def holds(self, value: Value) -> bool:
        """
        Whether a value lies within; of a list every element must.
        """
        if self.sign == ONE_OF:
            parts = value if isinstance(value, tuple) else (value,)
            return value is not None and all(part in self.values for part in parts)
        end = self.values[0]
        for kind in (Decimal, date):
            if isinstance(value, kind) and isinstance(end, kind):
                return value <= end if self.sign == AT_MOST else value >= end  # type: ignore[operator] # both are of one ordered kind
        return False

    @property
    def text(self) -> str:
        """
        The bound as it is written.
        """
        parts = "|".join(shown(value).strip("'") for value in self.values)
        return f"{self.name}{self.sign}{parts}"


def read_bounds(policy: Policy, text: str, *, on_lines: bool) -> tuple[Bound, ...]:
    """
    The bounds in a text, parted by commas, in its order. Raises InvalidInput.

    They are on inputs of the policy and, if the trigger judges lines, on their fields.
    """
    found: dict[tuple[str, str], Bound] = {}
    for match in spelled(text):
        bound = _bound(policy, match, on_lines=on_lines)
        if (bound.name, bound.sign) in found:
            sentence = f"Expected one bound {bound.name}{bound.sign}, but got two."
            raise InvalidInput(sentence)
        found[bound.name, bound.sign] = bound
    _must_leave_room(tuple(found.values()))
    return tuple(found.values())


def spelled(text: str) -> tuple[re.Match[str], ...]:
    """
    Name, sign and value of each bound in a text, whatever they mean.

    Raises InvalidInput if it is no such text.
    """
    found = []
    for part in text.split(","):
        if (match := _BOUND.fullmatch(part)) is None:
            sentence = f"Expected a bound such as discount_pct<=38, but got '{part}'."
            raise InvalidInput(sentence)
        found.append(match)
    return tuple(found)


def input_named(policy: Policy, name: str, *, on_lines: bool) -> Input | None:
    """
    The input of that name, or what stands for a field of lines.
    """
    for each in policy.inputs:
        if each.name == name:
            return each
    kind = LINE_KINDS.get(name) if on_lines else None
    return Input(name=name, type=_LINE_TYPES[kind]) if kind else None


def _bound(policy: Policy, match: re.Match[str], *, on_lines: bool) -> Bound:
    name, sign, written = match.groups()
    each = input_named(policy, name, on_lines=on_lines)
    if each is None:
        sentence = f"Expected bounds on inputs of the policy, but got '{name}'."
        raise InvalidInput(sentence)
    if sign != ONE_OF and each.type not in _ORDERED:
        sentence = f"Expected {name}=… with the values allowed, but got '{match[0]}'."
        raise InvalidInput(sentence)
    texts = written.split("|") if sign == ONE_OF else [written]
    try:
        values = tuple(_value(each, part.strip(), policy.currency) for part in texts)
    except Unfit as unfit:
        raise InvalidInput(str(unfit)) from unfit
    return Bound(name=name, sign=sign, values=values)


def _value(each: Input, text: str, currency: str) -> Value:
    if each.type is InputType.BOOLEAN:
        value: Value = {"true": True, "false": False}.get(text, text)
        return typed(each, value, currency)
    if each.type is InputType.LIST:
        whole = typed(each, (text,), currency)
        return whole[0] if isinstance(whole, tuple) else None
    return typed(each, text, currency)


def _must_leave_room(bounds: tuple[Bound, ...]) -> None:
    lows = {each.name: each for each in bounds if each.sign == AT_LEAST}
    for each in bounds:
        low = lows.get(each.name)
        if each.sign == AT_MOST and low and not each.holds(low.values[0]):
            sentence = f"Expected room between {low.text} and {each.text}."
            raise InvalidInput(sentence)
