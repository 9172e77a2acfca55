"""
Who changes how much how fast → a refusal with the time to wait, once it is too much.

Each process counts for itself: it keeps one person from filling a server, and what must
hold over all of them, such as guessing passwords, is counted in the database.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from time import monotonic

from flask import Flask, current_app

from approval_engine.errors import TooManyAttempts

WRITES_PER_MINUTE = 300
"""What one person or token may change unless the settings say otherwise."""

STRANGE_PER_MINUTE = 60
"""What an address may ask that nobody knows: unknown tokens, ways to single sign-on."""

_REMEMBERED = 10_000
_WHAT = "requests in a short time"
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
            raise TooManyAttempts(_WHAT, (1 - left) / per_second)


class Refusals:
    """
    By what they showed, whom to refuse again until one change is allowed again.

    Who floods a server then costs it little more than to read what he sends. He is told
    to wait for whole seconds; whoever does not has his changes one by one, where those
    of a second would come all at once.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = Lock()

    def note(self, shown: str, refusal: TooManyAttempts) -> None:
        """
        Refuse whoever shows this until his wait is over.
        """
        with self._lock:
            self._until[_digest(shown)] = self._clock() + refusal.wait_s
            if len(self._until) > _REMEMBERED:
                self._until.popitem(last=False)

    def find(self, shown: str) -> TooManyAttempts | None:
        """
        What whoever shows this is to be told while he has to wait.
        """
        if not self._until:
            return None
        digest = _digest(shown)
        with self._lock:
            left_s = self._until.get(digest, 0.0) - self._clock()
            if left_s <= 0:
                self._until.pop(digest, None)
                return None
        return TooManyAttempts(_WHAT, left_s)


def _digest(shown: str) -> bytes:
    return blake2b(shown.encode(), digest_size=16).digest()


@dataclass(frozen=True, kw_only=True)
class _Counters:
    writes: Bucket
    strange: Bucket
    refusals: Refusals


def install(
    app: Flask,
    writes_per_minute: int | None,
    strange_per_minute: int = STRANGE_PER_MINUTE,
) -> None:
    """
    Give the application its counters.
    """
    app.extensions[_NAME] = _Counters(
        writes=Bucket(writes_per_minute or WRITES_PER_MINUTE),
        strange=Bucket(strange_per_minute),
        refusals=Refusals(),
    )


def write(key: str, shown: str = "") -> None:
    """
    Count a change by that person or token, who showed this. Raises TooManyAttempts.
    """
    counters = _counters()
    try:
        counters.writes.take(key)
    except TooManyAttempts as refusal:
        if shown:
            counters.refusals.note(shown, refusal)
        raise


def refused(app: Flask, shown: str) -> TooManyAttempts | None:
    """
    The refusal of whoever shows this, if a change by him was refused a moment ago.
    """
    counters: _Counters = app.extensions[_NAME]
    return counters.refusals.find(shown) if shown else None


def strange(address: str) -> None:
    """
    Count what a stranger asks from that address. Raises TooManyAttempts.
    """
    _counters().strange.take(address)


def _counters() -> _Counters:
    found: _Counters = current_app.extensions[_NAME]
    return found
