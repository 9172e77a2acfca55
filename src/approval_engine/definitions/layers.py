"""
A graph → a column and a row for each of its nodes: flows lead to the right, few cross.

Columns are longest paths from the start. A flow that passes columns holds a place in
each of them, so that nothing else is put in its way. Knows no BPMN and no pixels.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_SWEEPS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """
    A flow between two places; one `aside` of the way stands below one that is on it.
    """

    id: str
    source: str
    target: str
    aside: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Layers:
    """
    The column and row of each node, and for each flow the rows it passes on its way.

    `passes` has one row per column between the two ends; None for one that leads back.
    `bands` are the rows of each band, in their order.
    """

    columns: Mapping[str, int]
    rows: Mapping[str, int]
    passes: Mapping[str, tuple[int, ...] | None]
    bands: Mapping[int, range]


def layers(
    nodes: Iterable[str], links: Iterable[Link], band: Mapping[str, int]
) -> Layers:
    """
    Where everything stands; nodes of a lower `band` stand above those of a higher one.
    """
    found = _Layering(tuple(nodes), tuple(links), band)
    return found.laid()


@dataclass(frozen=True, slots=True)
class _Place:
    """
    A node, or where a flow passes a column.
    """

    id: str
    column: int
    band: int


class _Layering:
    """
    One graph on its way into columns and rows.
    """

    def __init__(
        self, nodes: tuple[str, ...], links: tuple[Link, ...], band: Mapping[str, int]
    ) -> None:
        self.nodes = nodes
        self.links = links
        self.band = band
        self.forward = _without_cycles(nodes, links)
        self.columns = _columns(nodes, self.forward)
        self.before: dict[str, list[str]] = {}
        self.aside: set[str] = set()
        self.bands: dict[int, range] = {}
        self.after: dict[str, list[str]] = {}
        self.chains: dict[str, list[str]] = {}
        self.held: list[list[_Place]] = [[] for _ in range(self._width())]

    def laid(self) -> Layers:
        """
        The rows, once the order in each column is settled.
        """
        for node in self.nodes:
            self._hold(node, self.columns[node], self.band.get(node, 0))
        for link in self.forward:
            self._chain(link)
        for sweep in range(_SWEEPS):
            self._sweep(backwards=bool(sweep % 2))
        rows = self._rows()
        passes = {
            link.id: tuple(rows[each] for each in self.chains[link.id])
            if link.id in self.chains
            else None
            for link in self.links
        }
        return Layers(
            columns=self.columns,
            rows={node: rows[node] for node in self.nodes},
            passes=passes,
            bands=self.bands,
        )

    def _width(self) -> int:
        return max(self.columns.values(), default=0) + 1

    def _hold(self, identity: str, column: int, band: int) -> None:
        self.held[column].append(_Place(identity, column, band))
        self.before[identity] = []
        self.after[identity] = []

    def _chain(self, link: Link) -> None:
        first, last = self.columns[link.source], self.columns[link.target]
        # It stays among those it comes from until it must leave them.
        band = self.band.get(link.source, 0)
        chain = [f"{link.id} {column}" for column in range(first + 1, last)]
        for column, identity in enumerate(chain, start=first + 1):
            self._hold(identity, column, band)
        self.chains[link.id] = chain
        way = [link.source, *chain, link.target]
        if link.aside:
            self.aside.add(way[1])
        for one, other in pairwise(way):
            self.after[one].append(other)
            self.before[other].append(one)

    def _sweep(self, *, backwards: bool) -> None:
        beside = self.after if backwards else self.before
        at = {each.id: n for held in self.held for n, each in enumerate(held)}

        def wanted(place: _Place) -> tuple[int, float]:
            near = [at[each] for each in beside[place.id]]
            lower = 0.25 if place.id in self.aside else 0
            return place.band, median(near) + lower if near else at[place.id]

        for column in reversed(self.held) if backwards else self.held:
            column.sort(key=wanted)
            at.update((each.id, n) for n, each in enumerate(column))

    def _rows(self) -> dict[str, int]:
        """
        As near to where each comes from as the order in its column allows.
        """
        rows: dict[str, int] = {}
        first = 0
        for band in sorted({each.band for held in self.held for each in held}):
            last = first
            for column in self.held:
                row = first
                for place in (each for each in column if each.band == band):
                    near = [
                        rows[each] for each in self.before[place.id] if each in rows
                    ]
                    row = max(row, min(near)) if near else row
                    rows[place.id] = row
                    row += 1
                last = max(last, row)
            self.bands[band] = range(first, last)
            first = last
        return rows


def _without_cycles(nodes: Iterable[str], links: tuple[Link, ...]) -> tuple[Link, ...]:
    """
    The links but those that lead back to where they come from.
    """
    out: dict[str, list[Link]] = {node: [] for node in nodes}
    for link in links:
        out[link.source].append(link)
    back: set[str] = set()
    seen: set[str] = set()
    for root in out:
        if root not in seen:
            back.update(_leading_back(root, out, seen))
    return tuple(link for link in links if link.id not in back)


def _leading_back(
    root: str, out: Mapping[str, list[Link]], seen: set[str]
) -> Iterator[str]:
    """
    The links into a node that is still being left; notes what was seen.
    """
    seen.add(root)
    inside = {root: iter(out[root])}
    while inside:
        node, ahead = next(reversed(inside.items()))
        for link in ahead:
            if link.target in inside:
                yield link.id
            elif link.target not in seen:
                seen.add(link.target)
                inside[link.target] = iter(out[link.target])
                break
        else:
            del inside[node]


def _columns(nodes: Iterable[str], links: tuple[Link, ...]) -> dict[str, int]:
    """
    The length of the longest way to each node.
    """
    columns = dict.fromkeys(nodes, 0)
    waits = dict.fromkeys(columns, 0)
    out: dict[str, list[str]] = {node: [] for node in columns}
    for link in links:
        waits[link.target] += 1
        out[link.source].append(link.target)
    ready = [node for node, number in waits.items() if not number]
    while ready:
        node = ready.pop()
        for target in out[node]:
            columns[target] = max(columns[target], columns[node] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return columns
