"""
Who changes how much how fast → a refusal with the time to wait, once it is too much.

Each process counts for itself: it keeps one person from filling a server, and what must
hold over all of them, such as guessing passwords, is counted in the database.
"""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic

from flask import Flask, current_app

from approval_engine.errors import TooManyAttempts

WRITES_PER_MINUTE = 300
"""What one person or token may change unless the settings say otherwise."""

STRANGE_PER_MINUTE = 60
"""What an address may ask that nobody knows: unknown tokens, ways to single sign-on."""

_REMEMBERED = 10_000
_NAME = "approval_engine.limits"


class Bucket:
    """
    So much a minute for each key, all at once or bit by bit.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> None:
        """
        Count one. Raises TooManyAttempts if nothing is left for that key.
        """
        now, per_second = self._clock(), self._per_minute / 60
        with self._lock:
            left, at = self._left.get(key, (float(self._per_minute), now))
            left = min(left + (now - at) * per_second, float(self._per_minute))
            enough = left >= 1
            self._left[key] = (left - 1 if enough else left, now)
            self._left.move_to_end(key)
            if len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        if not enough:
            wait_s = max(1, ceil((1 - left) / per_second))
            sentence = f"Too many requests in a short time; try again in {wait_s} s."
            raise TooManyAttempts(sentence, wait_s)


def install(
    app: Flask,
    writes_per_minute: int | None,
    strange_per_minute: int = STRANGE_PER_MINUTE,
) -> None:
    """
    Give the application its counters.
    """
    app.extensions[_NAME] = (
        Bucket(writes_per_minute or WRITES_PER_MINUTE),
        Bucket(strange_per_minute),
    )


def write(key: str) -> None:
    """
    Count a change by that person or token. Raises TooManyAttempts.
    """
    current_app.extensions[_NAME][0].take(key)


def strange(address: str) -> None:
    """
    Count what a stranger asks from that address. Raises TooManyAttempts.
    """
    current_app.extensions[_NAME][1].take(address)
