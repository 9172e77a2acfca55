"""
Pieces of work → one row of figures for each word of a group, and reviews by week.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf

from approval_engine.analytics.work.pieces import Piece
from approval_engine.store.seats import Review, SeatRow

PENDING = "pending"

_HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """
    The figures of one word of a group. Hours are working hours, but for `off_hours`.

    The middle one and nine in ten are those of answered tasks, the sums of all;
    `late` counts what was answered late or is open and late.
    """

    word: str
    tasks: int
    answered: int
    open: int
    late: int
    median_hours: float | None
    p90_hours: float | None
    waiting_hours: float
    working_hours: float
    off_hours: float

    @property
    def late_pct(self) -> float:
        """
        How many in a hundred were late.
        """
        due = self.answered + self.open
        return 100 * self.late / due if due else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """
    What waits now at one word of a group; `oldest` is the task asked first.
    """

    word: str
    open: int
    late: int
    taken: int
    due_soon: int
    oldest: SeatRow
    oldest_hours: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """
    The reviews that were submitted in a week: how long the ended ones took, in hours.

    `first_on` is its Monday; `low` and `high` are those of one and of nine in ten, None
    where that many have not ended yet.
    """

    first_on: datetime
    reviews: int
    ended: int
    low: float | None
    median: float | None
    high: float | None


def measured(found: Iterable[Piece], group: str) -> tuple[Measured, ...]:
    """
    A row for each word, the one with the most hours first.
    """
    by_word: dict[str, list[Piece]] = defaultdict(list)
    for each in found:
        by_word[each.by.get(group, "")].append(each)
    rows = [_measured(word, mine) for word, mine in by_word.items()]
    rows.sort(key=lambda each: (-each.waiting_hours - each.working_hours, each.word))
    return tuple(rows)


def queued(
    rows: Iterable[SeatRow],
    word_of: Callable[[SeatRow], str],
    hours: Callable[[SeatRow], float],
    at: float,
) -> tuple[Queued, ...]:
    """
    What waits for each word, the longest queue first; `hours` says how long one waits.
    """
    by_word: dict[str, list[SeatRow]] = defaultdict(list)
    for each in rows:
        by_word[word_of(each)].append(each)
    found = []
    for word, mine in by_word.items():
        oldest = min(mine, key=lambda each: (each.opened_s, each.number))
        soon = at + 8 * _HOUR_S
        found.append(
            Queued(
                word=word,
                open=len(mine),
                late=sum(each.due_s < at for each in mine),
                taken=sum(each.assigned for each in mine),
                due_soon=sum(at <= each.due_s < soon for each in mine),
                oldest=oldest,
                oldest_hours=hours(oldest),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.open, each.word)))


def weeks(reviews: Iterable[Review], ends: Mapping[str, float]) -> tuple[Week, ...]:
    """
    Every week from the first to the last that anything was submitted in.

    `ends` says when reviews ended, by their ids; others run still.
    """
    by_week: dict[datetime, list[Review]] = defaultdict(list)
    for each in reviews:
        at = datetime.fromtimestamp(each.created_s, UTC)
        day = datetime(at.year, at.month, at.day, tzinfo=UTC)
        by_week[day - timedelta(days=day.weekday())].append(each)
    if not by_week:
        return ()
    first, last = min(by_week), max(by_week)
    count = (last - first).days // 7 + 1
    days = [first + timedelta(days=7 * number) for number in range(count)]
    return tuple(_week(day, by_week.get(day, []), ends) for day in days)


def rounds(reviews: Iterable[Review]) -> Mapping[int, int]:
    """
    How many quotes took one review, how many two, and so on.
    """
    lengths = Counter(len(mine) for mine in of_quotes(reviews).values())
    return dict(sorted(lengths.items()))


def of_quotes(reviews: Iterable[Review]) -> Mapping[str, Sequence[Review]]:
    """
    The reviews of each quote, in their order.
    """
    found: dict[str, list[Review]] = defaultdict(list)
    for each in reviews:
        found[each.quote_id].append(each)
    return found


def quantile(rising: Sequence[float], share: float) -> float | None:
    """
    The value below which that share of them lies; None of none.
    """
    return rising[round(share * (len(rising) - 1))] if rising else None


def _measured(word: str, mine: Sequence[Piece]) -> Measured:
    hours = sorted(each.hours for each in mine if each.task.answered)
    return Measured(
        word=word,
        tasks=len(mine),
        answered=len(hours),
        open=sum(each.task.closed_s is None for each in mine),
        late=sum(each.late for each in mine),
        median_hours=quantile(hours, 0.5),
        p90_hours=quantile(hours, 0.9),
        waiting_hours=sum(each.waiting for each in mine),
        working_hours=sum(each.working for each in mine),
        off_hours=sum(each.off for each in mine),
    )


def _known(hours: float | None) -> float | None:
    return None if hours == inf else hours


def _week(day: datetime, mine: Sequence[Review], ends: Mapping[str, float]) -> Week:
    ended = [each for each in mine if each.id in ends]
    took = sorted((ends[each.id] - each.created_s) / _HOUR_S for each in ended)
    # Those that run still take longer than those that have ended so soon.
    took += [inf for each in mine if each.status == PENDING]
    return Week(
        first_on=day,
        reviews=len(mine),
        ended=len(ended),
        low=_known(quantile(took, 0.1)),
        median=_known(quantile(took, 0.5)),
        high=_known(quantile(took, 0.9)),
    )
