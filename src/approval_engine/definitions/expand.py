"""
A frame and the parts of a plan → the definition that runs: slots hold their steps.

What the analyst drew stays as it is, also in the diagram; a slot becomes a subprocess
of the same id, closed in his diagram and drawn in one of its own.
"""

from collections.abc import Mapping

from lxml import etree

from approval_engine.definitions import blocks, diagram, elements
from approval_engine.definitions.blocks import Node
from approval_engine.definitions.layout import draw
from approval_engine.definitions.namespaces import BPMN, BPMNDI, XSI
from approval_engine.definitions.outline import outline_of_slot
from approval_engine.definitions.render import of_any_quote, written
from approval_engine.definitions.tree import parse
from approval_engine.planner.plan import RoutingPlan

SLOT = "cpq_plan"
"""The called element by which a call activity is known as a slot."""

_DIAGRAM = f"{BPMNDI}BPMNDiagram"
_KEPT = ("documentation", "incoming", "outgoing")


def expand(frame: bytes, parts: Mapping[str, RoutingPlan]) -> bytes:
    """
    The frame with the part of the plan that each of its slots selects, by slot id.

    Raises BpmnError if an id of the frame is also that of a step's element.
    """
    root = parse(frame, "frame.bpmn")
    drawn = bool(root.findall(_DIAGRAM))
    nodes: list[Node] = []
    for slot in root.findall(f".//{BPMN}callActivity[@calledElement='{SLOT}']"):
        identity = slot.get("id", "")
        block = outline_of_slot(of_any_quote(parts[identity]), identity)
        inside = tuple(blocks.nodes(block))
        nodes.extend(inside)
        _replace(slot, _subprocess(slot, inside, tuple(blocks.flows(block))))
        if drawn:
            diagram.add(root, identity, draw(block), f"_{identity}")
            _close(root, identity)
    elements.signals(root, nodes)
    # The schema wants diagrams last.
    root.extend(root.findall(_DIAGRAM))
    etree.indent(root)
    return written(root)


def _subprocess(
    slot: etree._Element, nodes: tuple[Node, ...], flows: tuple[blocks.Flow, ...]
) -> etree._Element:
    element = etree.Element(f"{BPMN}subProcess")
    for name in ("id", "name"):
        if value := slot.get(name):
            element.set(name, value)
    for name in _KEPT:
        element.extend(slot.findall(f"{BPMN}{name}"))
    elements.add(element, nodes, flows)
    # Its value has a prefix, which a frame need not know; the schema does without.
    for each in element.iter("*"):
        each.attrib.pop(f"{XSI}type", "")
    return element


def _replace(slot: etree._Element, by: etree._Element) -> None:
    parent = slot.getparent()
    if parent is not None:
        by.tail = slot.tail
        parent.replace(slot, by)


def _close(root: etree._Element, identity: str) -> None:
    for shape in root.iter(f"{BPMNDI}BPMNShape"):
        if shape.get("bpmnElement") == identity:
            shape.set("isExpanded", "false")
