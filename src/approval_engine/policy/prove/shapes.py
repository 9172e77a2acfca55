"""
Rows, triggers and rungs beside the boxes of the cases in which they hold.
"""

from dataclasses import dataclass

from approval_engine.domain.people import Directory
from approval_engine.policy.authority import committee
from approval_engine.policy.conditions import ConditionError, parse_unary
from approval_engine.policy.model import Ladder, Rung, Test, Trigger
from approval_engine.policy.prove.asked import Asked
from approval_engine.policy.prove.boxes import Box
from approval_engine.policy.prove.space import Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    One row of tests: `true` are the cases in which all hold, None if there are none.

    `cells` are its parts in the order of its tests; `element` is where it stands.
    """

    element: str
    tests: tuple[Test, ...]
    cells: tuple[Cell, ...]
    true: Box | None
    maybe: Box | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """
    A trigger with its place, and the boxes of its rows; `days` are those it counts on.
    """

    index: int
    trigger: Trigger
    rows: tuple[Row, ...]
    days: int

    @property
    def element(self) -> str:
        """
        Where it stands.
        """
        return f"/triggers/{self.index}"

    @property
    def boxes(self) -> tuple[Box, ...]:
        """
        The cases in which it fires.
        """
        return tuple(row.true for row in self.rows if row.true is not None)

    @property
    def perhaps(self) -> tuple[Box, ...]:
        """
        The cases in which it fires or cannot say.
        """
        return tuple(row.maybe for row in self.rows if row.maybe is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """
    One rung and the cases that it covers; None if there are none.
    """

    index: int
    rung: Rung
    row: Row

    @property
    def box(self) -> Box | None:
        """
        The cases that it covers.
        """
        return self.row.true


def roles_of(ladder: Ladder, index: int) -> tuple[str, ...]:
    """
    The roles that a rung asks.
    """
    rung = ladder.rungs[index]
    return committee(ladder.rungs, index) if rung.committee else (rung.role,)


def limits_of(directory: Directory) -> dict[str, tuple[Asked, ...]]:
    """
    What people may sign off by themselves, by their id; without those who may all.

    A limit that is no test gives no authority: it holds for nothing.
    """
    found: dict[str, tuple[Asked, ...]] = {}
    for user in directory.users.values():
        tests: list[Asked] = []
        for name, text in user.limits.items():
            try:
                test = parse_unary(text)
            except ConditionError:
                continue
            tests.append(Asked(name=name, test=test, covering=True))
        if tests:
            found[user.id] = tuple(tests)
    return found
