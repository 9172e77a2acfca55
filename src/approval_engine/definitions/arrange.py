"""
A file without a diagram → the same file with one, so that an analyst can open it.

Nothing in it changes but what is added before its end. A subprocess is closed in the
drawing of its process and has a drawing of its own; what only decorates stands below.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lxml import etree

from approval_engine.definitions import diagram, swimlanes
from approval_engine.definitions.drawing import EVENT, GATEWAY, TASK
from approval_engine.definitions.geometry import Box
from approval_engine.definitions.grid import GAP, MARGIN, Grid, Item, arranged
from approval_engine.definitions.layers import Link
from approval_engine.definitions.model import GATEWAYS, Graph, Kind, Node, Process
from approval_engine.definitions.namespaces import BPMN, BPMNDI
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.definitions.tree import parse

_EVENTS = frozenset({Kind.START, Kind.END, Kind.BOUNDARY, Kind.CATCH})
_ASIDE = {
    f"{BPMN}textAnnotation": (100, 50),
    f"{BPMN}dataObjectReference": (36, 50),
    f"{BPMN}dataStoreReference": (50, 50),
}
_NO_BANDS: Mapping[str, int] = MappingProxyType({})
_NO_LANE = -1  # above the lanes, as none of them may ask for it


def arrange(xml: bytes, file: str = "process.bpmn") -> bytes:
    """
    The file with a diagram; one that has a diagram stays as it is.

    Raises BpmnError if it is not accepted.
    """
    process = read(xml, file, EVERY_NAME).process
    root = parse(xml, file)
    if root.find(f"{BPMNDI}BPMNDiagram") is not None:
        return xml
    drawn = (_whole(root, process), *_closed(process.graph))
    return _added(xml, root, drawn)


def _whole(root: etree._Element, process: Process) -> etree._Element:
    """
    The diagram of the process with its lanes and the pools beside it.
    """
    elements = root.iterchildren(f"{BPMN}process")
    element = next(each for each in elements if each.get("id") == process.id)
    lanes = swimlanes.lanes_of(element)
    # A node that lanes name twice is in the innermost.
    bands = {node: lane.bands[0] for lane in lanes for node in lane.nodes}
    grid = _grid(process.graph, bands)
    around = root.find(f"{BPMN}collaboration")
    shown = process.id if around is None else around.get("id", "")
    drawn = diagram.empty(shown, f"_{process.id}")
    pools = swimlanes.pools_of(root)
    for name, box in swimlanes.boxes(process.id, lanes, pools, grid.bands):
        diagram.shape(drawn, name, box, {"isHorizontal": "true"})
    _draw(drawn, process.graph, grid)
    _aside(drawn, element, max(box.bottom for box in grid.bands.values()))
    return drawn


def _closed(graph: Graph) -> Iterator[etree._Element]:
    """
    The diagrams of subprocesses, one in the other too.
    """
    for node in graph.of(Kind.SUBPROCESS):
        if node.body is not None:
            drawn = diagram.empty(node.id, f"_{node.id}")
            _draw(drawn, node.body, _grid(node.body))
            yield drawn
            yield from _closed(node.body)


def _grid(graph: Graph, bands: Mapping[str, int] = _NO_BANDS) -> Grid:
    names = {flow.id: flow.name for flow in graph.flows if flow.name.strip()}
    return arranged(_items(graph, bands), _links(graph), names)


def _items(graph: Graph, bands: Mapping[str, int]) -> Iterator[Item]:
    for node in graph.nodes:
        width, height = _size(node)
        yield Item(
            id=node.id,
            width=width,
            height=height,
            host=node.host,
            band=bands.get(node.id, _NO_LANE),
            name=node.name,
        )


def _links(graph: Graph) -> Iterator[Link]:
    for flow in graph.flows:
        yield Link(id=flow.id, source=flow.source, target=flow.target)


def _size(node: Node) -> tuple[int, int]:
    if node.kind in _EVENTS:
        return EVENT
    return GATEWAY if node.kind in GATEWAYS else TASK


def _draw(drawn: etree._Element, graph: Graph, grid: Grid) -> None:
    for node in graph.nodes:
        box, name = grid.boxes[node.id], grid.names.get(node.id)
        diagram.shape(drawn, node.id, box, _marks(node), name)
    for flow in graph.flows:
        diagram.edge(drawn, flow.id, grid.ways[flow.id], grid.names.get(flow.id))


def _marks(node: Node) -> diagram.Marks:
    if node.kind is Kind.SUBPROCESS:
        return {"isExpanded": "false"}
    return diagram.MARKED if node.kind is Kind.EXCLUSIVE else diagram.UNMARKED


def _aside(drawn: etree._Element, process: etree._Element, bottom: int) -> None:
    """
    Annotations and data, which no flow leads to, side by side below everything.
    """
    x, y = MARGIN[0], bottom + GAP
    for element in process.iterchildren(*_ASIDE):
        width, height = _ASIDE[str(element.tag)]
        box = Box(x=x, y=y, width=width, height=height)
        diagram.shape(drawn, element.get("id", ""), box)
        x += width + GAP


def _added(
    xml: bytes, root: etree._Element, drawn: tuple[etree._Element, ...]
) -> bytes:
    """
    The bytes of the file as they are, and the diagrams before the end of its root.
    """
    close = f"</{root.prefix}:" if root.prefix else "</"
    end = xml.rindex(close.encode())
    parts = []
    for each in drawn:
        etree.indent(each, level=1)
        parts.append(b"  " + etree.tostring(each, encoding="utf-8") + b"\n")
    return xml[:end] + b"".join(parts) + xml[end:]
