"""
A plan or a workflow → its forecast, from the newest reviews of the database.

What is read of it is read once in some minutes; a page that shows a forecast sends no
statement of its own for it in between.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeVar

from approval_engine.analytics.forecast.course import live
from approval_engine.analytics.forecast.habits import Habits
from approval_engine.analytics.forecast.legs import Asked, Desk, roles_left, way
from approval_engine.analytics.forecast.past import Past
from approval_engine.analytics.forecast.spans import Forecast, span_of
from approval_engine.analytics.hours import Calendars, Hours
from approval_engine.policy.model import Policy
from approval_engine.store import seats
from approval_engine.store.database import Database
from approval_engine.store.seats import Review, SeatRow

T = TypeVar("T")

NEWEST = 1000
"""So many reviews are looked at, those submitted last."""

KEPT_S = 300
"""For so long what was read is used again."""

_KEPT = 64

Read = tuple[tuple[Review, ...], tuple[SeatRow, ...]]


class Forecasts:
    """
    Forecasts of one database; one for a process, shared by its threads.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._kept: OrderedDict[tuple[object, ...], Future[Any]] = OrderedDict()

    def of(self, asked: Asked, policy: Policy) -> Forecast | None:
        """
        When it will be approved; None if nothing is left to be answered.

        `policy` is the one that it runs under: its calendars are counted in.
        """
        roles = roles_left(asked)
        if not roles:
            return None
        past, habits = self._known(asked.at, policy)
        if lacks := habits.too_few(roles):
            return Forecast(answers=habits.answers, lacks=lacks)
        since = _since(past, asked)
        desk = Desk(
            habits=habits,
            calendars=Calendars(policy.calendars, since, asked.at),
            waiting=past.waiting(asked.at.timestamp()),
        )
        return foretell(asked, desk)

    def kept(self, at: datetime, key: str, make: Callable[[], T]) -> T:
        """
        What `make` gives, made once in KEPT_S for that key.
        """
        return self._once((_moment(at), key), make)

    def _known(self, at: datetime, policy: Policy) -> tuple[Past, Habits]:
        moment = _moment(at)
        reviews, rows = self._once((moment,), self._read)
        key = (moment, policy.sha256)
        past = self._once((*key, 0), lambda: past_of(reviews, rows, policy, at))
        known = self._once((*key, 1), lambda: Habits(past.known(at.timestamp())))
        return past, known

    def _read(self) -> Read:
        with self._database.read() as transaction:
            return seats.newest(transaction, NEWEST)

    def _once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        # Who asks for the same waits for whoever makes it, and nobody else does.
        with self._lock:
            found: Future[T] | None = self._kept.get(key)
            if mine := found is None:
                found = Future()
                self._keep(key, found)
        if mine:
            try:
                found.set_result(make())
            except BaseException as error:  # noqa: BLE001 whoever waits for it is told as well
                with self._lock:
                    self._kept.pop(key, None)
                found.set_exception(error)
        return found.result()

    def _keep(self, key: tuple[object, ...], found: "Future[Any]") -> None:
        # What was kept for an earlier moment is not asked for again.
        for old in [each for each in self._kept if each[0] != key[0]]:
            del self._kept[old]
        self._kept[key] = found
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


def _moment(at: datetime) -> int:
    return int(at.timestamp()) // KEPT_S


def foretell(asked: Asked, desk: Desk) -> Forecast:
    """
    The forecast of what is left, by these curves.
    """
    lived = live(way(asked, desk), asked.at.timestamp())
    return Forecast(
        answers=desk.habits.answers,
        span=span_of(lived.ends),
        steps={step: span_of(ends) for step, ends in lived.steps.items()},
    )


def past_of(
    reviews: tuple[Review, ...],
    rows: tuple[SeatRow, ...],
    policy: Policy,
    at: datetime,
) -> Past:
    """
    The past of these rows, counted in the calendars of a policy.
    """
    first = min((each.created_s for each in reviews), default=at.timestamp())
    since = datetime.fromtimestamp(first, UTC)
    calendars = Calendars(policy.calendars, since, at)

    def hours_of(step: str) -> Hours:
        rule = policy.steps.get(step, policy.default_step)
        return calendars.of(rule.calendar)

    return Past(reviews, rows, hours_of)


def _since(past: Past, asked: Asked) -> datetime:
    began = asked.workflow.created_at if asked.workflow else asked.at
    first = min((each.created_s for each in past.reviews), default=began.timestamp())
    return min(began, datetime.fromtimestamp(first, UTC))
