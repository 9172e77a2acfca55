"""
A document of a quote that is wrong in places → what is wrong with the rest of it.

Whoever fills in a form is told everything at once, and not the next thing each time.
"""

from collections.abc import Iterable
from dataclasses import replace

from approval_engine.documents import Document, JsonValue
from approval_engine.errors import DocumentError, Problem
from approval_engine.policy.incoming import unfit
from approval_engine.policy.model import Policy
from approval_engine.policy.quotes import read_quotes


def further(
    document: Document, problems: Iterable[Problem], policy: Policy | None
) -> tuple[Problem, ...]:
    """
    What the policy has against the parts that no problem names.
    """
    if policy is None or not isinstance(document.value, dict):
        return ()
    broken = {each.element.strip("/").partition("/")[0] for each in problems}
    sound: dict[str, JsonValue] = {"account": "-", "currency": policy.currency}
    sound |= {n: v for n, v in document.value.items() if n not in broken}
    try:
        (quote,) = read_quotes(replace(document, value=sound))
    except DocumentError:
        return ()
    return unfit(quote, policy)
