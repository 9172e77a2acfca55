"""
Something in a policy to look at again, with the quotes that show it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from approval_engine.domain.quote import Quote, Value
from approval_engine.policy.stated import shown

_NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """
    A quote, the day it is judged on, and what the policy says of it in a few words.

    `facts` are those of its inputs that the finding is about.
    """

    quote: Quote
    on: date
    says: str
    facts: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)

    @property
    def sentence(self) -> str:
        """
        The facts and what becomes of them.
        """
        facts = ", ".join(f"{n} {said(value)}" for n, value in self.facts.items())
        return f"{facts or 'any quote'}: {self.says}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """
    `element` is a JSON pointer into the policy's document.

    The plain evaluator has confirmed every one of `examples`.
    """

    element: str
    code: str
    sentence: str
    examples: tuple[Example, ...] = ()


def said(value: Value) -> str:
    """
    A value as people write it; a text without quotes.
    """
    if isinstance(value, tuple):
        return f"[{', '.join(map(said, value))}]"
    return shown(value).strip("'")


def plain_of(value: Value) -> str | bool | list[object] | None:
    """
    A value as a document states it: numbers and days as texts.
    """
    if isinstance(value, tuple):
        return [plain_of(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
