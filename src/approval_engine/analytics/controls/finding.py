"""
A finding: one question in plain words, and the evidence that made somebody ask it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from approval_engine.domain.events import stamp

Row = dict[str, object]

HEADING = (
    *("control", "question", "measure", "people", "quotes", "workflows", "tasks"),
    *("delegations", "first_at", "last_at"),
)
"""The names of a row, in its order."""


class Control(StrEnum):
    """
    What is looked for.
    """

    SPLIT = "split_deals"
    HASTE = "approved_in_seconds"
    MUTUAL = "mutual_approvals"
    REQUESTER = "stand_in_of_requester"
    DORMANT = "dormant_delegations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """
    A person within a sentence.
    """

    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """
    One finding of a control; `first_s` to `last_s` are seconds since 1970.

    `asks` is the question in parts, with its people; `measure` what was measured
    against the threshold, with its unit.
    """

    control: Control
    asks: tuple[str | Who, ...]
    measure: str
    first_s: float
    last_s: float
    quotes: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """
        Whom the question names, each once.
        """
        found = (each.id for each in self.asks if isinstance(each, Who))
        return tuple(dict.fromkeys(found))

    @property
    def first_at(self) -> datetime:
        """
        When what was found began.
        """
        return datetime.fromtimestamp(self.first_s, UTC)

    @property
    def last_at(self) -> datetime:
        """
        When it ended, or was last seen.
        """
        return datetime.fromtimestamp(self.last_s, UTC)

    def question(self, name: Callable[[str], str] = str) -> str:
        """
        The question, with people called as `name` calls them.
        """
        parts = (name(p.id) if isinstance(p, Who) else p for p in self.asks)
        return "".join(parts)

    def row(self) -> Row:
        """
        The finding as names and values, for lines, JSON and sheets.
        """
        return {
            "control": str(self.control),
            "question": self.question(),
            "measure": self.measure,
            "people": self.people,
            "quotes": self.quotes,
            "workflows": self.workflows,
            "tasks": self.tasks,
            "delegations": self.windows,
            "first_at": stamp(self.first_at),
            "last_at": stamp(self.last_at),
        }


def cells(row: Row) -> list[object]:
    """
    The values of a row for a sheet, where a list is one cell.
    """
    return [" ".join(v) if isinstance(v, tuple) else v for v in row.values()]
