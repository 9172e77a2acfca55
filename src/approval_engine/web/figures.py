"""
What people type as a number → the exact number, if it is one that may be written out.
"""

from decimal import Decimal, InvalidOperation

_LARGEST = Decimal("1e15")
_MOST_PLACES = 20


def figure(text: str) -> Decimal | None:
    """
    The number that a text means, with or without commas; None if it is none of ours.
    """
    try:
        found = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        return None
    exponent = found.as_tuple().exponent
    # Ten letters can name a number that takes gigabytes to write without an exponent.
    written = isinstance(exponent, int) and exponent >= -_MOST_PLACES
    return found if written and found.copy_abs() <= _LARGEST else None
