"""
The database → its newest reviews with all that reports count of them, read in one go.

However many reviews there are, no report reads more than its newest ones, and no more
open tasks than are due first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from approval_engine.analytics.hours import Calendars, Hours
from approval_engine.analytics.work import eventlog
from approval_engine.analytics.work.measures import Queued, queued
from approval_engine.analytics.work.pieces import GROUPS, NOBODY, Piece, Source, pieces
from approval_engine.documents import load
from approval_engine.errors import WrongOption
from approval_engine.executor.routed import policy_in_force
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.model import InputType, Policy
from approval_engine.store import catalog, seats
from approval_engine.store.database import Transaction
from approval_engine.store.eventlog import logs as events_of
from approval_engine.store.seats import Review, SeatRow

NEWEST = 2000
"""So many reviews are looked at, those submitted last."""

MOST_OPEN = 10_000
"""So many open tasks are looked at, those due first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """
    The newest reviews and the pieces of work in them, at an instant.
    """

    at: datetime
    reviews: tuple[Review, ...]
    pieces: tuple[Piece, ...]

    def ends(self) -> Mapping[str, float]:
        """
        When the reviews ended that somebody was asked in, in seconds since 1970.
        """
        running = {each.id for each in self.reviews if each.status == "pending"}
        found: dict[str, float] = {}
        for each in self.pieces:
            review = each.review.id
            if review not in running and each.task.closed_s is not None:
                found[review] = max(found.get(review, 0.0), each.task.closed_s)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """
    What is open, at an instant; `hours` says how long a task waits in working hours.
    """

    at: datetime
    rows: tuple[SeatRow, ...]
    hours: Callable[[SeatRow], float]


def words_of(policy: Policy) -> tuple[str, ...]:
    """
    By what work may be grouped under that policy: what is known always, then inputs.
    """
    texts = (each for each in policy.inputs if each.type is InputType.STRING)
    words = [each.name for each in texts if each.values]
    return (*GROUPS, *words)


def work(runtime: Runtime, *groups: str) -> Work:
    """
    The newest work, with the words of these groups.

    Raises WrongOption if nothing is grouped by it, InvalidState without a policy.
    """
    now = runtime.clock()
    with runtime.database.read() as transaction:
        policy = _policy(runtime, transaction, now)
        _must_be_known(groups, policy)
        reviews, rows = seats.newest(transaction, NEWEST)
        source = Source(
            reviews=reviews,
            rows=rows,
            taken=seats.claims(transaction, NEWEST),
            inputs={},
            hours_of=_hours_of(policy, (each.created_s for each in reviews), now),
            at=now.timestamp(),
        )
        if names := [each for each in groups if each not in GROUPS]:
            source = replace(source, inputs=_inputs(transaction, reviews, names))
    return Work(at=now, reviews=reviews, pieces=pieces(source))


def _must_be_known(groups: Iterable[str], policy: Policy) -> None:
    known = words_of(policy)
    for each in groups:
        if each not in known:
            sentence = f"Expected to group by one of {', '.join(known)}, got '{each}'."
            raise WrongOption(sentence)


def queue(runtime: Runtime) -> Queue:
    """
    What is open now. Raises InvalidState without a policy.
    """
    now = runtime.clock()
    with runtime.database.read() as transaction:
        policy = _policy(runtime, transaction, now)
        rows = seats.open_now(transaction, MOST_OPEN)
    hours_of = _hours_of(policy, (each.opened_s for each in rows), now)

    def hours(row: SeatRow) -> float:
        return hours_of(row.step).between(row.opened_s, now.timestamp())

    return Queue(at=now, rows=rows, hours=hours)


def waiting(found: Queue, group: str) -> tuple[Queued, ...]:
    """
    What is open by role, person or step, the longest queue first.
    """

    def word_of(row: SeatRow) -> str:
        if group == "person":
            return row.person or NOBODY
        return row.step if group == "step" else row.role

    return queued(found.rows, word_of, found.hours, found.at.timestamp())


def choices(runtime: Runtime) -> tuple[str, ...]:
    """
    By what work may be grouped today.
    """
    with runtime.database.read() as transaction:
        return words_of(_policy(runtime, transaction, runtime.clock()))


def _policy(runtime: Runtime, transaction: Transaction, now: datetime) -> Policy:
    return policy_in_force(runtime, transaction, catalog.current(transaction), now)


def _hours_of(policy: Policy, begun: Any, now: datetime) -> Callable[[str], Hours]:  # noqa: ANN401 seconds of any kind
    first = min(begun, default=now.timestamp())
    since = datetime.fromtimestamp(first, UTC)
    calendars = Calendars(policy.calendars, since, now)

    def hours_of(step: str) -> Hours:
        return calendars.of(policy.steps.get(step, policy.default_step).calendar)

    return hours_of


def _inputs(
    transaction: Transaction, reviews: tuple[Review, ...], names: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    bodies = seats.documents(transaction, (each.evaluation_sha256 for each in reviews))
    found: dict[str, Mapping[str, str]] = {}
    for each in reviews:
        body = bodies.get(each.evaluation_sha256)
        document: Any = load(body) if body else {"inputs": {}}
        said = {name: document["inputs"].get(name) for name in names}
        found[each.id] = {n: v if isinstance(v, str) else "" for n, v in said.items()}
    return found


def traces(transaction: Transaction, most: int) -> Iterator[eventlog.Trace]:
    """
    The newest reviews with their events, the oldest first, read a batch at a time.
    """
    reviews, rows = seats.newest(transaction, most)
    steps: dict[str, dict[str, str]] = {}
    for row in rows:
        steps.setdefault(row.workflow, {})[row.id] = row.step
    logs = events_of(transaction, [each.id for each in reviews])
    for review, (_, events) in zip(reviews, logs, strict=True):
        mine = steps.get(review.id, {})
        yield eventlog.Trace(review=review, events=events, steps=mine)
