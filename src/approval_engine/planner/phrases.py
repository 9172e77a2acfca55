"""
Facts, tests, amounts and instants → the words that people read, in pages and mails.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from approval_engine.planner.plan import FactSeen

_ACRONYM = 3
_BOUND = re.compile(r"(<=|>=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_WORD = re.compile(r'(not\()?"([^"]*)"(\))?')
_PART = re.compile(r'list contains\(\?,\s*"([^"]*)"\)')
_BOUNDS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}


# A list shows the same instants to everybody who opens it, and again a minute later.
@lru_cache(maxsize=4096)
def exact(at: datetime, zone: str) -> str:
    """
    An instant on the clock of a zone: `Mon 9 Mar 2026, 14:00 EDT`.
    """
    there = local(at, zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"


def local(at: datetime, zone: str) -> datetime:
    """
    An instant on the clock of a zone; as it is where nobody knows the zone.
    """
    try:
        return at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return at


def label(name: str) -> str:
    """
    A name of ours as words: `margin_pct` is margin, `below_floor` is below floor.
    """
    return name.removesuffix("_pct").replace("_", " ").replace("-", " ")


def title(name: str) -> str:
    """
    Like `label`, as the beginning of a sentence; `cfo` and `vp` are CFO and VP.
    """
    words = label(name)
    return words[:1].upper() + words[1:] if len(words) > _ACRONYM else words.upper()


def number(value: Decimal) -> str:
    """
    A number with thousands apart and no needless zeros.
    """
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def price(value: Decimal) -> str:
    """
    An amount, whole or with two digits; more where it has them.
    """
    cents = value * 100
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    return f"{value:,.2f}" if cents == cents.to_integral_value() else number(value)


def money(value: Decimal, currency: str) -> str:
    """
    An amount with its currency.
    """
    return f"{currency} {price(value)}"


def telling(facts: Iterable[FactSeen]) -> tuple[FactSeen, ...]:
    """
    The facts that say most in one line: those with a bound, else all of them.
    """
    found = tuple(facts)
    bounded = tuple(fact for fact in found if _BOUND.fullmatch(fact.test.strip()))
    return bounded or found


def value(name: str, text: object, currency: str | None = None) -> str:
    """
    A fact as its name wants it: percents with their sign, money with `currency`.
    """
    amount = _decimal(text)
    if amount is None:
        return _plain(text)
    if currency:
        return money(amount, currency)
    return f"{number(amount)} %" if name.endswith("_pct") else number(amount)


def bound(test: str) -> tuple[str, str] | None:
    """
    The sign and the number of a test that is one bound, such as `< 24`; else None.
    """
    found = _BOUND.fullmatch(test.strip())
    return (found[1], found[2]) if found else None


def threshold(name: str, test: str, currency: str | None = None) -> str:
    """
    The test of a rule in words where they are shorter than the test, else the test.
    """
    if bound := _BOUND.fullmatch(test.strip()):
        return f"{_BOUNDS[bound[1]]} {value(name, bound[2], currency)}"
    if word := _WORD.fullmatch(test.strip()):
        return f"not {word[2]}" if word[1] else f"it is {word[2]}"
    if part := _PART.fullmatch(test.strip()):
        return f"it contains {part[1]}"
    return test


def some(names: Iterable[str]) -> str:
    """
    A list of names as a sentence has it: `A`, `A or B`, `A, B or C`.
    """
    *first, last = list(names) or ["nobody"]
    return f"{', '.join(first)} or {last}" if first else last


def _plain(text: object) -> str:
    if isinstance(text, bool):
        return "yes" if text else "no"
    if isinstance(text, list | tuple):
        return ", ".join(str(part) for part in text) or "none"
    return "not given" if text is None else str(text)


def _decimal(text: object) -> Decimal | None:
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
