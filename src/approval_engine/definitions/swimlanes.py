"""
Pools and lanes of a file → the boxes that hold what lies in them.

Lanes lie below each other, each around the rows of its nodes; pools in which nothing
runs lie below the one of the process.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from approval_engine.definitions.geometry import Box
from approval_engine.definitions.namespaces import BPMN

TITLE = 30  # what the name of a pool or lane takes at its left
CLOSED = 60  # the height of a pool with nothing in it
GAP = 30  # between two pools


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """
    A lane: how many others it lies in, the bands of its innermost lanes, its nodes.
    """

    id: str
    depth: int
    bands: tuple[int, ...]
    nodes: tuple[str, ...]


def lanes_of(process: etree._Element) -> tuple[Lane, ...]:
    """
    The lanes of a process, outer ones before those in them; bands count from 0.
    """
    return tuple(_lanes(process, f"{BPMN}laneSet", 0, 0))


def pools_of(root: etree._Element) -> tuple[tuple[str, str | None], ...]:
    """
    Each pool with the process in it, if there is one.
    """
    pools = root.iterfind(f"{BPMN}collaboration/{BPMN}participant")
    return tuple((each.get("id", ""), each.get("processRef")) for each in pools)


def boxes(
    process: str,
    lanes: tuple[Lane, ...],
    pools: tuple[tuple[str, str | None], ...],
    bands: Mapping[int, Box],
) -> Iterator[tuple[str, Box]]:
    """
    Where each pool and lane lies around bands that lie below each other.
    """
    whole = _around(bands.values())
    levels = 1 + max((lane.depth for lane in lanes), default=-1)
    own = next((pool for pool, within in pools if within == process), None)
    outer = _wider(whole, TITLE * (levels + 1))
    if own is not None:
        yield own, outer
    for lane in lanes:
        held = [bands[band] for band in lane.bands if band in bands]
        if held:
            yield lane.id, _wider(_around(held), TITLE * (levels - lane.depth))
    y = outer.bottom + GAP
    for pool in (pool for pool, _ in pools if pool != own):
        yield pool, Box(x=outer.x, y=y, width=outer.width, height=CLOSED)
        y += CLOSED + GAP


def _lanes(parent: etree._Element, tag: str, depth: int, band: int) -> Iterator[Lane]:
    for element in parent.iterfind(f"{tag}/{BPMN}lane"):
        inner = tuple(_lanes(element, f"{BPMN}childLaneSet", depth + 1, band))
        leaves = sum(len(each.bands) for each in inner if each.depth == depth + 1) or 1
        bands = tuple(range(band, band + leaves))
        band += leaves
        yield Lane(
            id=element.get("id", ""),
            depth=depth,
            bands=bands,
            nodes=tuple(_named(element)),
        )
        yield from inner


def _named(lane: etree._Element) -> Iterator[str]:
    for each in lane.iterchildren(f"{BPMN}flowNodeRef"):
        yield (each.text or "").strip()


def _around(found: Iterable[Box]) -> Box:
    parts = list(found)
    x, y = min(part.x for part in parts), min(part.y for part in parts)
    right = max(part.right for part in parts)
    bottom = max(part.bottom for part in parts)
    return Box(x=x, y=y, width=right - x, height=bottom - y)


def _wider(box: Box, by: int) -> Box:
    """
    The box with so much more room at its left.
    """
    return replace(box, x=box.x - by, width=box.width + by)
