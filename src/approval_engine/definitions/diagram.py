"""
A drawing → the diagram interchange part of a process definition.
"""

from lxml import etree

from approval_engine.definitions.blocks import Kind
from approval_engine.definitions.drawing import Drawing, Edge, Shape
from approval_engine.definitions.geometry import Box
from approval_engine.definitions.namespaces import BPMNDI, DC, DI


def add(parent: etree._Element, shown: str, drawing: Drawing, suffix: str = "") -> None:
    """
    Append the diagram of a process or subprocess, a shape or an edge per element.
    """
    diagram = etree.SubElement(parent, f"{BPMNDI}BPMNDiagram", id=f"diagram{suffix}")
    plane = etree.SubElement(diagram, f"{BPMNDI}BPMNPlane", id=f"plane{suffix}")
    plane.set("bpmnElement", shown)
    for shape in drawing.shapes:
        _shape(plane, shape)
    for edge in drawing.edges:
        _edge(plane, edge)


def _shape(plane: etree._Element, shape: Shape) -> None:
    element = _element(plane, "BPMNShape", "shape", shape.node.id)
    if shape.node.kind is Kind.DECISION:
        element.set("isMarkerVisible", "true")
    _bounds(element, shape.box)
    _label(element, shape.label)


def _edge(plane: etree._Element, edge: Edge) -> None:
    element = _element(plane, "BPMNEdge", "edge", edge.flow.id)
    for x, y in edge.waypoints:
        etree.SubElement(element, f"{DI}waypoint", x=str(x), y=str(y))
    _label(element, edge.label)


def _element(
    plane: etree._Element, tag: str, prefix: str, node_id: str
) -> etree._Element:
    attributes = {"id": f"{prefix}_{node_id}", "bpmnElement": node_id}
    return etree.SubElement(plane, BPMNDI + tag, attributes)


def _label(parent: etree._Element, label: Box | None) -> None:
    if label:
        _bounds(etree.SubElement(parent, f"{BPMNDI}BPMNLabel"), label)


def _bounds(parent: etree._Element, box: Box) -> None:
    bounds = etree.SubElement(parent, f"{DC}Bounds")
    for name in ("x", "y", "width", "height"):
        bounds.set(name, str(getattr(box, name)))
