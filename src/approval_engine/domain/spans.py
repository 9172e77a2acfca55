"""
ISO 8601 durations as a drawing has them → hours.

On its own a duration has no calendar: a day is 24 hours, a week 7 days, a month 30 and
a year 365. Where hours are business hours, these are counted in them all the same.
"""

import re
from decimal import Decimal

from approval_engine.errors import InvalidInput

_SPAN = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
    re.ASCII,
)
_SECONDS = (31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60, 1)
_HOUR = 3_600

LONGEST = 10
"""How many digits a number may have; more is no time that anybody waits."""


def hours_of(span: str) -> Decimal:
    """
    The hours of a duration such as `P2D` or `PT1H30M`. Raises InvalidInput.
    """
    found = _SPAN.fullmatch(span)
    parts = found.groups(default="0") if found else ()
    if not parts or any(len(part) > LONGEST for part in parts):
        sentence = (
            "Expected an ISO 8601 duration such as PT24H (24 hours) or P1D (one day),"
            f" but got '{span[:40]}'."
        )
        raise InvalidInput(sentence)
    seconds = sum(int(part) * each for part, each in zip(parts, _SECONDS, strict=True))
    return Decimal(seconds) / _HOUR
