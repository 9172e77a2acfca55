"""
The room between columns or below a row, in which every flow has a line of its own.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

LINE = 12  # between two lines in the same room


@dataclass(slots=True)
class Lines:
    """
    The lines in one room: by owner, the row that each comes from and those it goes to.
    """

    taken: dict[object, tuple[int | None, set[int]]] = field(default_factory=dict)
    order: dict[object, int] = field(default_factory=dict)

    def take(self, owner: object, out_of: int | None = None, *into: int) -> None:
        """
        Keep a line for an owner.
        """
        self.taken.setdefault(owner, (out_of, set()))[1].update(into)

    def settle(self) -> None:
        """
        Order the lines so that what leaves a row turns off before another enters it.
        """
        left = dict(self.taken)
        leaving = Counter(out_of for out_of, _ in left.values())
        while left:
            free = (each for each in left if not self._waits(each, leaving))
            chosen = next(free, next(iter(left)))
            leaving[left.pop(chosen)[0]] -= 1
            self.order[chosen] = len(self.order)

    def _waits(self, owner: object, leaving: Mapping[int | None, int]) -> bool:
        out_of, into = self.taken[owner]
        return any(leaving.get(row, 0) > (row == out_of) for row in into)

    def of(self, owner: object) -> int:
        """
        How far the line of an owner is from the first.
        """
        return LINE * self.order[owner]

    @property
    def room(self) -> int:
        """
        What they need from the first to the last.
        """
        return LINE * max(len(self.taken) - 1, 0)
