"""
The forms of words and numbers that documents of all kinds share.
"""

import re
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from approval_engine.documents.node import Node

_ID = re.compile(r"[^\s=,\x00-\x1f\x7f]{1,100}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_id(node: Node) -> str:
    """
    An id: no spaces, commas or equals signs, for it is printed as `key=value`.
    """
    value = node.value
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    node.wants("an id of up to 100 characters without spaces, ',' or '='")
    return ""


def read_day(node: Node) -> date | None:
    """
    A day as `2026-01-31`; None if there is none.
    """
    if node.value is None:
        return None
    if isinstance(node.value, str):
        day = day_of(node.value)
        if day is not None:
            return day
    node.wants("a day such as '2026-01-31'")
    return None


def day_of(text: str) -> date | None:
    """
    The day that a text writes as `2026-01-31`; None if it writes none.
    """
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_zone(node: Node) -> str:
    """
    A time zone of the IANA database; "UTC" if there is none.
    """
    if node.value is None:
        return "UTC"
    name = node.text()
    try:
        ZoneInfo(name or "UTC")
    except (OSError, ValueError, LookupError):
        node.wants("a time zone such as 'Europe/London'")
        return "UTC"
    return name


@lru_cache(maxsize=4096)
def snake(key: str) -> str:
    """
    A key of a document as the name of an input: `discountPct` is `discount_pct`.
    """
    return _HUMP.sub("_", key).lower()


def is_name(name: str) -> bool:
    """
    Whether this can name an input.
    """
    return _NAME.fullmatch(name) is not None
