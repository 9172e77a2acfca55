"""
The calendars of a policy: when work is done, so that hours are business hours.
"""

from collections.abc import Mapping

from approval_engine.documents.node import Node
from approval_engine.policy.model import Calendar
from approval_engine.policy.reading.draft import Draft
from approval_engine.policy.reading.words import read_zone

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK = len(_DAYS)

DEFAULT = Calendar(
    name="default",
    time_zone="UTC",
    opens=9 * 60,
    closes=17 * 60,
    weekdays=frozenset(range(5)),
    holidays=None,
)
"""Monday to Friday, 09:00 to 17:00 UTC, for policies that name no calendar."""


def read_calendars(draft: Draft) -> Mapping[str, Calendar]:
    """
    All calendars of a sound form, by name; the default one if the policy has none.
    """
    node = draft.root.child("calendars")
    if not node.names():
        return {DEFAULT.name: DEFAULT}
    return {
        name: _calendar(name, child)
        for name, child in node.children()
        if draft.sound(child)
    }


def _calendar(name: str, node: Node) -> Calendar:
    opens, closes = map(_minutes, node.child("hours").text().split("-"))
    if closes <= opens:
        node.child("hours").wants("hours that end on the day they begin")
    holidays = node.child("holidays")
    return Calendar(
        name=name,
        time_zone=read_zone(node.child("timeZone")),
        opens=opens,
        closes=closes,
        weekdays=_weekdays(node.child("days").text()),
        holidays=holidays.text() if holidays.value is not None else None,
    )


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _weekdays(text: str) -> frozenset[int]:
    """
    The days of `Mon-Fri,Sun`; a range may pass the end of the week, as `Sun-Thu` does.
    """
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        days.update((start + n) % _WEEK for n in range((end - start) % _WEEK + 1))
    return frozenset(days)
