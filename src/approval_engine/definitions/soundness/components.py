"""
A directed graph → its strongly connected components, without recursion.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

Point = TypeVar("Point")


def components(edges: Mapping[Point, Sequence[Point]]) -> list[list[Point]]:
    """
    The components, each behind all that it leads to; one point alone is one too.

    Edges to points that are no keys are left out.
    """
    walk = _Walk(edges)
    for root in edges:
        if root not in walk.number:
            walk.from_root(root)
    return walk.found


class _Walk(Generic[Point]):
    """
    A walk in depth, with the way that is still open and where each part leads back to.
    """

    def __init__(self, edges: Mapping[Point, Sequence[Point]]) -> None:
        self.edges = edges
        self.number: dict[Point, int] = {}
        self.back: dict[Point, int] = {}
        self.open: dict[Point, None] = {}
        self.way: list[tuple[Point, Iterator[Point]]] = []
        self.found: list[list[Point]] = []

    def from_root(self, root: Point) -> None:
        self.enter(root)
        while self.way:
            point, onward = self.way[-1]
            target = next(onward, None)
            if target is None:
                self.leave(point)
            elif target in self.open:
                self.back[point] = min(self.back[point], self.number[target])
            elif target in self.edges and target not in self.number:
                self.enter(target)

    def enter(self, point: Point) -> None:
        self.number[point] = self.back[point] = len(self.number)
        self.open[point] = None
        self.way.append((point, iter(self.edges[point])))

    def leave(self, point: Point) -> None:
        self.way.pop()
        if self.way:
            above = self.way[-1][0]
            self.back[above] = min(self.back[above], self.back[point])
        if self.back[point] == self.number[point]:
            closed = [self.open.popitem()[0]]
            while closed[-1] != point:
                closed.append(self.open.popitem()[0])
            self.found.append(closed)
