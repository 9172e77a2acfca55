"""
A drawing → the diagram interchange part of a process definition.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lxml import etree

from approval_engine.definitions.blocks import Kind
from approval_engine.definitions.drawing import Drawing
from approval_engine.definitions.geometry import Box, Point
from approval_engine.definitions.namespaces import BPMNDI, DC, DI

Marks = Mapping[str, str]

UNMARKED: Marks = MappingProxyType({})
MARKED: Marks = MappingProxyType({"isMarkerVisible": "true"})
"""A gateway that chooses, with its cross."""

_PREFIXES = {"bpmndi": BPMNDI[1:-1], "dc": DC[1:-1], "di": DI[1:-1]}


def add(parent: etree._Element, shown: str, drawing: Drawing, suffix: str = "") -> None:
    """
    Append the diagram of a process or subprocess, a shape or an edge per element.
    """
    diagram = empty(shown, suffix)
    parent.append(diagram)
    for each in drawing.shapes:
        marks = MARKED if each.node.kind is Kind.DECISION else UNMARKED
        shape(diagram, each.node.id, each.box, marks, each.label)
    for way in drawing.edges:
        edge(diagram, way.flow.id, way.waypoints, way.label)


def empty(shown: str, suffix: str = "") -> etree._Element:
    """
    A diagram of an element in which nothing is drawn yet.
    """
    tag = f"{BPMNDI}BPMNDiagram"
    diagram = etree.Element(tag, {"id": f"diagram{suffix}"}, nsmap=_PREFIXES)
    plane = etree.SubElement(diagram, f"{BPMNDI}BPMNPlane", id=f"plane{suffix}")
    plane.set("bpmnElement", shown)
    return diagram


def shape(
    diagram: etree._Element,
    shown: str,
    box: Box,
    marks: Marks = UNMARKED,
    label: Box | None = None,
) -> None:
    """
    Draw a node.
    """
    element = _element(diagram, "BPMNShape", "shape", shown)
    for name, value in marks.items():
        element.set(name, value)
    _bounds(element, box)
    _label(element, label)


def edge(
    diagram: etree._Element,
    shown: str,
    way: Iterable[Point],
    label: Box | None = None,
) -> None:
    """
    Draw a flow.
    """
    element = _element(diagram, "BPMNEdge", "edge", shown)
    for x, y in way:
        etree.SubElement(element, f"{DI}waypoint", x=str(x), y=str(y))
    _label(element, label)


def _element(
    diagram: etree._Element, tag: str, prefix: str, node_id: str
) -> etree._Element:
    attributes = {"id": f"{prefix}_{node_id}", "bpmnElement": node_id}
    return etree.SubElement(diagram[0], BPMNDI + tag, attributes)


def _label(parent: etree._Element, label: Box | None) -> None:
    if label:
        _bounds(etree.SubElement(parent, f"{BPMNDI}BPMNLabel"), label)


def _bounds(parent: etree._Element, box: Box) -> None:
    bounds = etree.SubElement(parent, f"{DC}Bounds")
    for name in ("x", "y", "width", "height"):
        bounds.set(name, str(getattr(box, name)))
