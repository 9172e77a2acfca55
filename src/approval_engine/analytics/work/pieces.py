"""
Tasks of the newest reviews → pieces of work, each with where its time went.

Hours are floats of working time in the calendar of the step; off hours are the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from approval_engine.analytics.hours import Hours
from approval_engine.store.seats import Review, SeatRow

NOBODY = "nobody"
"""Who has a task that everybody of a pool may take."""

GROUPS = ("role", "person", "policy", "step", "process")
"""What every piece is grouped by; inputs of the quote come besides."""

_HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """
    One task, and where its time went.

    `waiting` is until it was answered, or taken by who had it to its end; `working` is
    from then on, `off` are the hours between in which nobody works. `by` are the words
    it is grouped by: role, person, policy, step and process, and inputs of its quote.
    """

    task: SeatRow
    review: Review
    waiting: float
    working: float
    off: float
    late: bool
    by: Mapping[str, str]

    @property
    def opened_at(self) -> datetime:
        """
        When it was asked.
        """
        return datetime.fromtimestamp(self.task.opened_s, UTC)

    @property
    def closed_at(self) -> datetime | None:
        """
        When it was answered or closed; None while it is open.
        """
        closed_s = self.task.closed_s
        return None if closed_s is None else datetime.fromtimestamp(closed_s, UTC)

    @property
    def hours(self) -> float:
        """
        The working hours until it was answered, or until now.
        """
        return self.waiting + self.working


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """
    Which pieces; None asks for any. `by` pairs a group with its word.

    `state` is open, late, answered or worked: taken before it was answered.
    """

    by: tuple[tuple[str, str], ...] = ()
    state: str | None = None

    def fits(self, piece: Piece) -> bool:
        """
        Whether a piece is one of them.
        """
        grouped = all(piece.by.get(name) == word for name, word in self.by)
        return grouped and (self.state is None or STATES[self.state](piece))


STATES: Mapping[str, Callable[[Piece], bool]] = {
    "open": lambda piece: piece.task.closed_s is None,
    "late": lambda piece: piece.late,
    "answered": lambda piece: piece.task.answered,
    "worked": lambda piece: piece.working > 0,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """
    What pieces are made of, as it stood at an instant, in seconds since 1970.

    `taken` says when who had a task last took it, `inputs` what was read of each quote.
    """

    reviews: Sequence[Review]
    rows: Sequence[SeatRow]
    taken: Mapping[str, float]
    inputs: Mapping[str, Mapping[str, str]]
    hours_of: Callable[[str], Hours]
    at: float


def pieces(source: Source) -> tuple[Piece, ...]:
    """
    All of them, the oldest first; what an earlier approval answered is none.
    """
    known = {each.id: each for each in source.reviews}
    rows = (each for each in source.rows if each.workflow in known)
    return tuple(
        _piece(row, known[row.workflow], source) for row in rows if not row.carried
    )


def _piece(row: SeatRow, review: Review, source: Source) -> Piece:
    hours = source.hours_of(row.step)
    end = source.at if row.closed_s is None else row.closed_s
    taken = min(source.taken.get(row.id, end), end)
    waiting = hours.between(row.opened_s, taken)
    working = hours.between(taken, end)
    wall = (end - row.opened_s) / _HOUR_S
    groups = {
        "role": row.role,
        "person": row.closed_by or row.person or NOBODY,
        "policy": review.policy_version,
        "step": row.step,
        "process": review.process,
    }
    return Piece(
        task=row,
        review=review,
        waiting=waiting,
        working=working,
        off=max(0.0, wall - waiting - working),
        late=end > row.due_s and (row.answered or row.closed_s is None),
        by={**source.inputs.get(review.id, {}), **groups},
    )
