"""
Hours, roles and reasons → the words that stand in a process definition.

Everything here is a word of the policy; nothing depends on the people or the facts of
one quote.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from approval_engine.planner.plan import PlannedStep, Reason

SECONDS_PER_HOUR = 3600
SECONDS_PER_MINUTE = 60

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def duration(hours: Decimal) -> str:
    """
    ISO 8601 in hours, minutes and seconds, such as `PT24H` or `PT1H30M`.

    Never in days: these are business hours, and a business day is not 24 of them.
    """
    parts = _parts(hours)
    text = "".join(f"{number}{unit}" for number, unit in zip(parts, "HMS", strict=True))
    return "PT" + (re.sub(r"(?<!\d)0[HMS]", "", text) or "0H")


def spoken(hours: Decimal) -> str:
    """
    The same for people, such as `24 h` or `1 h 30 min`.
    """
    named = zip(_parts(hours), ("h", "min", "s"), strict=True)
    return " ".join(f"{number} {unit}" for number, unit in named if number) or "0 h"


def number(value: Decimal) -> str:
    """
    The shortest plain form, the same for equal numbers.
    """
    return f"{value.normalize():f}"


def title(identifier: str) -> str:
    """
    An id of the policy as words, such as `Deal desk`.
    """
    words = plain(identifier)
    return words[:1].upper() + words[1:]


def plain(identifier: str) -> str:
    """
    An id of the policy in the middle of a sentence, such as `deal desk`.
    """
    return " ".join(re.split(r"[-_\s]+", clean(identifier))).strip() or identifier


def clean(text: str) -> str:
    """
    The text with a replacement mark for each character that XML cannot carry.
    """
    return NOT_IN_XML.sub("\ufffd", text)


def rules(step: PlannedStep) -> str:
    """
    The rules that require a step, a line each: trigger, reason, and what it tests.
    """
    return "\n".join(dict.fromkeys(_rule(reason) for reason in step.reasons))


def _rule(reason: Reason) -> str:
    tests = dict.fromkeys(f"{fact.name} {fact.test}" for fact in reason.facts)
    said = f"{reason.trigger}: {reason.reason}"
    return clean(f"{said} ({', '.join(tests)})" if tests else said)


def _parts(hours: Decimal) -> tuple[int, int, int]:
    exact = hours * SECONDS_PER_HOUR
    seconds = int(exact.to_integral_value(rounding=ROUND_HALF_UP))
    minutes, seconds = divmod(seconds, SECONDS_PER_MINUTE)
    return *divmod(minutes, SECONDS_PER_MINUTE), seconds
