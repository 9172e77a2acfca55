"""
A quote that comes in, and the active policy if there is one → what only it can mend.

What is missing is not asked for: it may come with the next revision, or the policy that
reads it may be another one. Submit asks for everything.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from approval_engine.domain.quote import Quote, Value
from approval_engine.errors import DocumentError, Problem
from approval_engine.policy.facts import line_names, problem, resolve
from approval_engine.policy.model import InputType, Policy
from approval_engine.policy.stated import Contradiction, Unfit, shown

_NO_NUMBER = re.compile(r"\s*[+-]?(s?nan[0-9]*|inf(inity)?)\s*", re.IGNORECASE)
_TOO_LONG = re.compile(r"\s*[+-]?[0-9]{41,}(\.[0-9]*)?\s*")
"""More digits than any amount has, and than any id that is written in digits."""

_WORDS = frozenset({InputType.STRING, InputType.LIST})


def unfit(quote: Quote, policy: Policy | None) -> tuple[Problem, ...]:
    """
    Every value that no number can be, that its input cannot have, or that is denied.

    An element is a JSON pointer of snake_case names into the quote. Inputs that the
    policy does not know are taken as they are.
    """
    found: dict[str, Problem] = {}
    for each in (*_by_policy(quote, policy), *_no_numbers(quote, policy)):
        found.setdefault(each.element, each)
    return tuple(found.values())


def _by_policy(quote: Quote, policy: Policy | None) -> Iterator[Problem]:
    if policy is None:
        return
    try:
        resolve(policy, quote)
    except DocumentError as error:
        yield from _final(error)
    if any(trigger.each_line for trigger in policy.triggers):
        for index, line in enumerate(quote.lines):
            try:
                line_names(policy, quote, line, {})
            except DocumentError as error:
                for each in _final(error):
                    yield replace(each, element=f"/lines/{index}{each.element}")


def _final(error: DocumentError) -> Iterator[Problem]:
    codes = {Unfit.code, Contradiction.code}
    return (each for each in error.problems if each.code in codes)


def _no_numbers(quote: Quote, policy: Policy | None) -> Iterator[Problem]:
    """
    What reads as a number but is none, wherever the policy does not want words.
    """
    words = (
        {each.name for each in policy.inputs if each.type in _WORDS}
        if policy
        else set()
    )
    places: dict[str, Mapping[str, Value]] = {"": quote.inputs}
    places |= {f"lines/{index}/": line.extra for index, line in enumerate(quote.lines)}
    for place, values in places.items():
        for name, value in values.items():
            if name not in words and (text := _no_number(value)):
                sentence = f"Expected a text or a number in '{name}', but got {text}."
                yield problem(quote, Unfit.code, sentence, f"{place}{name}")


def _no_number(value: Value) -> str | None:
    parts = value if isinstance(value, tuple) else (value,)
    for part in parts:
        if isinstance(part, str) and _NO_NUMBER.fullmatch(part):
            return shown(part)
        if isinstance(part, str) and _TOO_LONG.fullmatch(part):
            return f"one of {len(part.strip())} digits"
    return None
