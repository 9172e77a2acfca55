"""
Nodes in their places, flows on their ways, and where the names of both stand.

A name never covers a shape or a way; where it stands depends on the kind of the node.
"""

from dataclasses import dataclass

from approval_engine.definitions.blocks import Flow, Kind, Node
from approval_engine.definitions.geometry import (
    LABEL_GAP,
    Box,
    Point,
    across,
    along,
    around,
    label_size,
)

EVENT = (36, 36)
GATEWAY = (50, 50)
TASK = (100, 80)
SIZES = {Kind.TASK: TASK, Kind.PARALLEL: GATEWAY, Kind.DECISION: GATEWAY}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """
    A node in its place; `label` is where its name stands, if that is outside.
    """

    node: Node
    box: Box
    label: Box | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """
    A flow on its way, from the border of its source to the border of its target.
    """

    flow: Flow
    waypoints: tuple[Point, ...]
    label: Box | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """
    Every shape and every edge of one process, in reading order.
    """

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]


def size(node: Node) -> tuple[int, int]:
    """
    Width and height of a node; a task may be drawn wider.
    """
    return SIZES.get(node.kind, EVENT)


def shape(node: Node, x: int, y: int, width: int | None = None) -> Shape:
    """
    A node with its middle in that point.
    """
    usual, height = size(node)
    box = around((x, y), width or usual, height)
    return Shape(node=node, box=box, label=_label(node, box))


def edge(flow: Flow, source: Shape, target: Shape) -> Edge:
    """
    A flow between two shapes, level and upright only.
    """
    joins = target.node.kind is Kind.PARALLEL and target.box.y < source.box.y
    route = across if joins else along
    waypoints = route(source.box, target.box)
    return Edge(flow=flow, waypoints=waypoints, label=_flow_label(flow, waypoints))


def _label(node: Node, box: Box) -> Box | None:
    width, height = label_size(node.name)
    x, y = box.centre
    match node.kind:
        case Kind.TASK | Kind.PARALLEL:
            return None
        case Kind.START | Kind.APPROVED | Kind.SETTLED:
            x, y = x - width // 2, box.bottom + LABEL_GAP
        case Kind.TIMER:
            x, y = x + LABEL_GAP, box.bottom
        case Kind.DECISION:
            x, y = x - LABEL_GAP - width, box.y - LABEL_GAP - height
        case _:
            x, y = box.right + LABEL_GAP, y - height // 2
    return Box(x=x, y=y, width=width, height=height)


def _flow_label(flow: Flow, waypoints: tuple[Point, ...]) -> Box | None:
    if not flow.name:
        return None
    # The name stands over the first level piece of the way.
    first, second, *_ = waypoints
    x, y = first if first[1] == second[1] else second
    width, height = label_size(flow.name)
    return Box(x=x + LABEL_GAP, y=y - height, width=width, height=height)
