"""
Nodes and flows → boxes in columns and rows, and ways that run only between them.

Between columns and below rows there is room, in which every flow has a line of its own;
so no way meets a node that it does not lead to, whatever the process is. Knows no XML.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from types import MappingProxyType

from approval_engine.definitions.geometry import (
    LABEL_GAP,
    Box,
    Point,
    around,
    label_size,
    straight,
)
from approval_engine.definitions.layers import Layers, Link, layers
from approval_engine.definitions.rooms import LINE, Lines

MARGIN = (160, 80)
GAP = 50  # between two columns, and below the boxes of a row
HALF = 40  # from the middle of a row to the upper side of its tallest boxes
EVENT = 36


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """
    A node to be placed; `host` is the node that an event sits on the lower side of.

    `name` is what stands beside an event on another node; others have room below.
    """

    id: str
    width: int
    height: int
    host: str | None = None
    band: int = 0
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """
    Where each node is, which way each flow takes, and what room each band has.

    `names` is where the names of flows and of events on other nodes stand.
    """

    boxes: Mapping[str, Box]
    ways: Mapping[str, tuple[Point, ...]]
    names: Mapping[str, Box]
    bands: Mapping[int, Box]


def arranged(
    items: Iterable[Item],
    links: Iterable[Link],
    names: Mapping[str, str] = MappingProxyType({}),
) -> Grid:
    """
    A place for everything, from a margin to the right and down; `names` are of flows.
    """
    return _Plan(tuple(items), tuple(links), names).grid()


class _Plan:
    """
    One process on its way from columns and rows to pixels.
    """

    def __init__(
        self,
        items: tuple[Item, ...],
        links: tuple[Link, ...],
        names: Mapping[str, str],
    ) -> None:
        self.names = names
        self.items = {item.id: item for item in items}
        self.links = links
        self.on = {item.id: item.host or item.id for item in items}
        self.free = [item for item in items if item.host is None]
        at = {item.id: item.band for item in self.free}
        hosted = tuple(
            replace(
                link,
                source=self.on[link.source],
                aside=self.on[link.source] != link.source,
            )
            for link in links
        )
        self.cells: Layers = layers([item.id for item in self.free], hosted, at)
        self.beside: dict[int, Lines] = defaultdict(Lines)
        self.below: dict[int, Lines] = defaultdict(Lines)
        self.over = Lines()
        self.guests = self._guests()
        for link in links:
            self._take_lines(link)
        for lines in (*self.beside.values(), *self.below.values(), self.over):
            lines.settle()

    def grid(self) -> Grid:
        """
        Everything in pixels.
        """
        self.lefts, self.rights = self._spread()
        self.middles = self._stack()
        boxes = dict(self._boxes())
        ways = {link.id: tuple(straight(self._way(link, boxes))) for link in self.links}
        names = dict(self._names(boxes))
        return Grid(boxes=boxes, ways=ways, names=names, bands=self._bands())

    def _guests(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for item in self.items.values():
            if item.host is not None:
                found[item.host].append(item.id)
        return found

    def _cell(self, node: str) -> tuple[int, int]:
        host = self.on[node]
        return self.cells.columns[host], self.cells.rows[host]

    def _take_lines(self, link: Link) -> None:
        column, row = self._cell(link.source)
        to_column, to_row = self._cell(link.target)
        hangs = self._hangs(link)
        if hangs:
            self.below[row].take(link.id)
        if self.cells.passes[link.id] is None:
            self.beside[column].take(link.id, None if hangs else row)
            self.over.take(link.id)
            self.beside[to_column - 1].take(link.id, None, to_row)
            return
        for number, (one, other) in enumerate(pairwise(self._rows_of(link))):
            drops = hangs and number == 0
            if one != other or drops:
                owner = self._owner(link, number)
                self.beside[column + number].take(owner, None if drops else one, other)

    def _hangs(self, link: Link) -> bool:
        return self.items[link.source].host is not None

    def _owner(self, link: Link, number: int) -> object:
        # Flows that leave one node together run together until they part.
        return link.id if number or self._hangs(link) else (link.source,)

    def _rows_of(self, link: Link) -> tuple[int, ...]:
        passed = self.cells.passes[link.id] or ()
        return (self._cell(link.source)[1], *passed, self._cell(link.target)[1])

    def _spread(self) -> tuple[list[int], list[int]]:
        """
        The left and right sides of the columns.
        """
        widths: dict[int, int] = defaultdict(int)
        for item in self.free:
            column = self.cells.columns[item.id]
            widths[column] = max(widths[column], item.width, self._room_on(item.id))
        last = max(widths, default=0)
        lefts, rights = [], []
        x = MARGIN[0] + self.beside[-1].room
        for column in range(last + 1):
            lefts.append(x)
            x += widths[column]
            rights.append(x)
            x += GAP + self.beside[column].room + self._room_for_names(column)
        return lefts, rights

    def _room_on(self, host: str) -> int:
        return len(self.guests[host]) * self._pitch(host)

    def _pitch(self, host: str) -> int:
        """
        From one event on a node to the next, whose name stands at its lower right.
        """
        names = (self.items[guest].name for guest in self.guests[host])
        widest = max((label_size(name)[0] for name in names), default=0)
        return EVENT + max(LINE, widest + 2 * LABEL_GAP - EVENT // 2)

    def _room_for_names(self, column: int) -> int:
        named = [
            label_size(self.names[link.id])[0]
            for link in self.links
            if link.id in self.names and self._cell(link.source)[0] == column
        ]
        return max(named, default=0)

    def _stack(self) -> list[int]:
        """
        The middles of the rows.
        """
        number = max(rows.stop for rows in self.cells.bands.values())
        heights = [2 * HALF + GAP + self.below[row].room for row in range(number)]
        top = MARGIN[1] + (GAP + self.over.room if self.over.taken else 0)
        return [y + HALF for y in accumulate(heights[:-1], initial=top)]

    def _boxes(self) -> Iterator[tuple[str, Box]]:
        for item in self.free:
            column, row = self._cell(item.id)
            x = (self.lefts[column] + self.rights[column]) // 2
            width = max(item.width, self._room_on(item.id))
            box = around((x, self.middles[row]), width, item.height)
            yield item.id, box
            for number, guest in enumerate(self.guests[item.id]):
                middle = box.x + LINE // 2 + EVENT // 2 + number * self._pitch(item.id)
                yield guest, around((middle, box.bottom), EVENT, EVENT)

    def _names(self, boxes: Mapping[str, Box]) -> Iterator[tuple[str, Box]]:
        for guest in (item for item in self.items.values() if item.host and item.name):
            width, height = label_size(guest.name)
            x, _ = boxes[guest.id].centre
            y = boxes[guest.id].bottom
            yield guest.id, Box(x=x + LABEL_GAP, y=y, width=width, height=height)
        over: dict[Point, int] = defaultdict(int)
        for link in self.links:
            if name := self.names.get(link.id):
                width, height = label_size(name)
                spot = self._spot(link)
                over[spot] += height
                x, y = spot[0], spot[1] - over[spot]
                yield link.id, Box(x=x, y=y, width=width, height=height)

    def _spot(self, link: Link) -> Point:
        """
        Where the name of a flow begins: over its line, behind where it may turn.
        """
        column, _ = self._cell(link.source)
        x = self.rights[column] + GAP // 2 + self.beside[column].room + LABEL_GAP
        if self.cells.passes[link.id] is None:
            return x, self._over(link)
        return x, self.middles[self._rows_of(link)[1]]

    def _over(self, link: Link) -> int:
        return self.middles[0] - HALF - GAP // 2 - self.over.of(link.id)

    def _way(self, link: Link, boxes: Mapping[str, Box]) -> Iterator[Point]:
        source, target = boxes[link.source], boxes[link.target]
        column, row = self._cell(link.source)
        if self._hangs(link):
            y = self._below(row, link)
            yield source.centre[0], source.bottom
            yield source.centre[0], y
        else:
            y = source.centre[1]
            yield source.right, y
        if self.cells.passes[link.id] is None:
            yield from self._back(link, column, y)
        else:
            yield from self._on(link, column, y)
        yield target.x, target.centre[1]

    def _on(self, link: Link, column: int, y: int) -> Iterator[Point]:
        for number, row in enumerate(self._rows_of(link)[1:]):
            if y == self.middles[row]:
                continue
            x = self._beside(column + number, self._owner(link, number))
            yield x, y
            y = self.middles[row]
            yield x, y

    def _back(self, link: Link, column: int, y: int) -> Iterator[Point]:
        to_column, row = self._cell(link.target)
        out = self._beside(column, link.id)
        home = self._beside(to_column - 1, link.id)
        over = self._over(link)
        yield from ((out, y), (out, over), (home, over), (home, self.middles[row]))

    def _beside(self, column: int, owner: object) -> int:
        start = self.rights[column] if column >= 0 else MARGIN[0] - GAP
        return start + GAP // 2 + self.beside[column].of(owner)

    def _below(self, row: int, link: Link) -> int:
        lines = self.below[row]
        return self.middles[row] + HALF + GAP // 2 + 9 + lines.of(link.id)

    def _bands(self) -> dict[int, Box]:
        """
        The room of each band, from side to side.
        """
        left, top = MARGIN[0] - GAP, MARGIN[1] - GAP
        last = len(self.rights) - 1
        right = self.rights[last] + GAP + self.beside[last].room
        found = {}
        for band, rows in self.cells.bands.items():
            row = rows[-1]
            bottom = self.middles[row] + HALF + GAP + self.below[row].room
            found[band] = Box(x=left, y=top, width=right - left, height=bottom - top)
            top = bottom
        return found
