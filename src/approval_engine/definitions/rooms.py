"""
The room between columns or below a row, in which every flow has a line of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

LINE = 12  # between two lines in the same room


@dataclass(slots=True)
class Lines:
    """
    The lines in one room: by owner, the row that each comes from and those it goes to.
    """

    taken: dict[object, tuple[int | None, set[int]]] = field(default_factory=dict)
    order: list[object] = field(default_factory=list)

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
        while left:
            free = (owner for owner in left if not self._waits(owner, left))
            chosen = next(free, next(iter(left)))
            self.order.append(chosen)
            del left[chosen]

    def _waits(self, owner: object, left: Iterable[object]) -> bool:
        _, into = self.taken[owner]
        return any(self.taken[each][0] in into for each in left if each != owner)

    def of(self, owner: object) -> int:
        """
        How far the line of an owner is from the first.
        """
        return LINE * self.order.index(owner)

    @property
    def room(self) -> int:
        """
        What they need from the first to the last.
        """
        return LINE * max(len(self.taken) - 1, 0)
