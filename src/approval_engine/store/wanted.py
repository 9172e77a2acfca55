"""
Which open tasks a person wants to see, in which order, and where the page before ended.
"""

from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """
    What a list can be in the order of.
    """

    DUE = "due"
    ACCOUNT = "account"
    AMOUNT = "amount"
    DISCOUNT = "discount"
    MARGIN = "margin"
    AGE = "age"


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """
    A word that must be found in a row; `people` are those whose names hold it.
    """

    text: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """
    Where a page ended: the value it was sorted by, and the task.
    """

    value: str | float
    task: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """
    Which tasks.

    `pools` are those that anybody of a role may take, else they are the reader's own.
    `step` is the id of a step or the role that it asks.

    `after` is where the page before ended, or by due time also where its window did.
    """

    pools: bool = False
    words: tuple[Word, ...] = ()
    step: str | None = None
    due_before: str | None = None
    least_minor: int | None = None
    submitted_by: tuple[str, ...] | None = None
    sort: Sort = Sort.DUE
    falling: bool = False
    after: Place | None = None

    @property
    def by_due(self) -> bool:
        """
        Whether it goes by due time, so that a page begins where the one before ended.
        """
        return self.sort is Sort.DUE and not self.falling

    @property
    def sifts(self) -> bool:
        """
        Whether tasks are looked at that are not shown.
        """
        asked = (self.step, self.due_before, self.least_minor, self.submitted_by)
        given = any(value is not None for value in asked)
        return bool(self.words) or given or not self.by_due
