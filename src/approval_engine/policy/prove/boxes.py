"""
Sets of cases as boxes: by the name of a side the values that belong to it, as bits.

A side that a box does not name is not cut: all its values belong. So boxes over a few
sides stay small, however many sides there are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

Box: TypeAlias = Mapping[str, int]

ALL: Box = {}
"""Every case there is."""


class GivenUp(Exception):
    """
    The search would take longer than anybody waits.
    """


class Budget:
    """
    How many boxes may still be looked at.
    """

    def __init__(self, boxes: int) -> None:
        self.left = boxes

    def spend(self, boxes: int = 1) -> None:
        """
        Look at some. Raises GivenUp if there are none left.
        """
        self.left -= boxes
        if self.left < 0:
            raise GivenUp


def meet(one: Box, other: Box) -> Box | None:
    """
    The cases in both; None if there is none.
    """
    both = dict(one)
    for name, bits in other.items():
        both[name] = both.get(name, bits) & bits
        if not both[name]:
            return None
    return both if all(both.values()) else None


def within(inner: Box, outer: Box) -> bool:
    """
    Whether every case of the one is a case of the other.

    A side that only the outer one names must be cut by the inner one to lie within.
    """
    return all(name in inner and not inner[name] & ~b for name, b in outer.items())


class Wholes:
    """
    All values of each side, as bits, and what follows from them.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.bits = {name: (1 << size) - 1 for name, size in sizes.items()}

    def trimmed(self, box: Box) -> Box:
        """
        The same box without the sides that it does not cut.
        """
        return {name: bits for name, bits in box.items() if bits != self.bits[name]}

    def outside(self, box: Box, cut: Box) -> Iterator[Box]:
        """
        The parts of a box that lie outside another, which do not meet.
        """
        here = dict(box)
        for name, bits in cut.items():
            own = here.get(name, self.bits[name])
            if rest := own & ~bits:
                yield {**here, name: rest}
            here[name] = own & bits

    def uncovered(
        self, box: Box, covers: Iterable[Box], budget: Budget
    ) -> Iterator[Box]:
        """
        Parts of a box that none of the others covers; they do not meet.

        Raises GivenUp if the budget does not suffice.
        """
        # Those that cut fewest sides cover most, and leave least to look at.
        sorted_covers = sorted(map(self.trimmed, covers), key=len)
        waiting: list[tuple[Box, Sequence[Box]]] = [(box, sorted_covers)]
        while waiting:
            here, others = waiting.pop()
            budget.spend(1 + len(others) // 8)
            near = [each for each in others if meet(here, each) is not None]
            if not near:
                yield here
                continue
            if any(within(here, each) for each in near):
                continue
            first, *rest = near
            waiting += ((outside, rest) for outside in self.outside(here, first))

    def regions(
        self,
        box: Box,
        shapes: Sequence[Box],
        hopeless: Callable[[frozenset[int], frozenset[int]], bool],
        budget: Budget,
    ) -> Iterator[tuple[Box, frozenset[int]]]:
        """
        Parts of a box in which each shape holds throughout or nowhere, and which do.

        What `hopeless` says of the shapes that hold, and of those that still may, is
        left out. Raises GivenUp if the budget does not suffice.
        """
        waiting = [(box, frozenset[int](), tuple(range(len(shapes))))]
        while waiting:
            here, inside, undecided = waiting.pop()
            budget.spend(1 + len(undecided) // 8)
            near = [i for i in undecided if meet(here, shapes[i]) is not None]
            surely = frozenset(i for i in near if within(here, shapes[i]))
            inside |= surely
            still = tuple(i for i in near if i not in surely)
            if hopeless(inside, frozenset(still)):
                continue
            if not still:
                yield here, inside
                continue
            cut = self.trimmed(shapes[still[0]])
            parts = (meet(here, cut), *self.outside(here, cut))
            waiting += ((part, inside, still) for part in parts if part is not None)
