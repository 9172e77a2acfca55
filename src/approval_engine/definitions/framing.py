"""
A process that draws the steps itself → a frame with one slot in their place.

What the analyst drew before and behind the steps stays; what he drew between them has
no place in a slot, and then the file is refused with what stands in the way.
"""

from collections.abc import Iterable, Iterator

from lxml import etree

from approval_engine.definitions import ids
from approval_engine.definitions.expand import SLOT
from approval_engine.definitions.model import Flow, Graph, Kind, Node
from approval_engine.definitions.namespaces import BPMN, BPMNDI, CAMUNDA, DC, DI
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.definitions.render import written
from approval_engine.definitions.shape import STEP, STEPS
from approval_engine.definitions.tree import parse
from approval_engine.definitions.verdicts import verdict_of
from approval_engine.errors import BpmnError, Problem

NAME = "approvals"
"""The id of the slot."""

_BACK = (ids.REJECTED, ids.RETURNED)
_SIZE = {"task": (100, 80), "event": (36, 36)}


def to_frame(xml: bytes, file: str) -> bytes:
    """
    The frame. Raises BpmnError if the file cannot be read or its steps not be cut out.
    """
    process = read(xml, file, EVERY_NAME).process
    graph = process.graph
    inside = _inside(graph)
    entry, leave = _borders(graph, inside, file)
    root = parse(xml, file)
    frame = _Frame(root, graph, inside)
    frame.cut(entry, leave)
    frame.catch()
    frame.draw()
    return written(root)


def _inside(graph: Graph) -> frozenset[str]:
    """
    The steps with all that belongs to them alone.
    """
    found = {node.id for node in graph.nodes if STEP in node.properties}
    found |= {node.id for node in graph.nodes if node.host in found}
    while fresh := {node.id for node in _enclosed(graph, found)}:
        found |= fresh
    return frozenset(found)


def _enclosed(graph: Graph, found: set[str]) -> Iterator[Node]:
    for node in graph.nodes:
        into = {flow.source for flow in graph.incoming[node.id]}
        out_of = {flow.target for flow in graph.outgoing[node.id]}
        own = node.kind in {Kind.EXCLUSIVE, Kind.END} and into and into <= found
        if node.id in found or verdict_of(node) == ids.APPROVED:
            continue
        if own or (node.kind is Kind.PARALLEL and _holds(node, into, out_of, found)):
            yield node


def _holds(node: Node, into: set[str], out_of: set[str], found: set[str]) -> bool:
    """
    Whether a gateway forks to, or joins, nothing but steps.
    """
    forks = len(out_of) > 1 and out_of <= found
    joins = len(into) > 1 and into <= found
    return node.id not in found and (forks or joins)


def _borders(graph: Graph, inside: frozenset[str], file: str) -> tuple[Flow, Flow]:
    """
    The flow by which the steps are entered, and the one by which they are left.
    """
    entries = [f for f in graph.flows if f.target in inside and f.source not in inside]
    leaves = [f for f in graph.flows if f.source in inside and f.target not in inside]
    if len(entries) == len(leaves) == 1:
        return entries[0], leaves[0]
    flows = ", ".join(flow.id for flow in (*entries, *leaves)) or "none"
    sentence = (
        "Expected one flow into the steps of the plan and one out of them, so that a"
        f" slot can stand for them, but these are there: {flows}. Draw what lies"
        " between them before or behind, or keep the process pinned."
    )
    raise BpmnError(
        Problem(file=file, line=1, code="between", element="/", sentence=sentence)
    )


class _Frame:
    """
    The file while its steps become a slot.
    """

    def __init__(
        self, root: etree._Element, graph: Graph, inside: frozenset[str]
    ) -> None:
        self.root = root
        self.graph = graph
        self.gone = set(inside)
        self.process = next(
            each
            for each in root.findall(f"{BPMN}process")
            if each.get("isExecutable") == "true"
        )
        self.new: list[tuple[str, str, int, int]] = []
        self.edges: list[tuple[str, str, str]] = []

    def cut(self, entry: Flow, leave: Flow) -> None:
        """
        Put the slot in the place of the steps.
        """
        borders = {entry.id, leave.id}
        self.gone |= {
            flow.id
            for flow in self.graph.flows
            if {flow.source, flow.target} & self.gone and flow.id not in borders
        }
        for element in list(self.process):
            if element.get("id") in self.gone:
                self.process.remove(element)
        ways = (f"{BPMN}incoming", f"{BPMN}outgoing")
        _remove(e for e in self.process.iter(*ways) if (e.text or "") in self.gone)
        self._forget_steps()
        self._lead(entry.id, "targetRef")
        self._lead(leave.id, "sourceRef")
        self._slot(entry, leave)

    def _lead(self, flow: str, end: str) -> None:
        """
        Let a flow begin or end at the slot, which is left in one way only.
        """
        (element,) = self.process.findall(f"{BPMN}sequenceFlow[@id='{flow}']")
        element.set(end, NAME)
        if end == "sourceRef":
            _remove(element.findall(f"{BPMN}conditionExpression"))

    def _forget_steps(self) -> None:
        path = f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property"
        _remove(
            each for each in self.process.findall(path) if each.get("name") == STEPS
        )

    def _slot(self, entry: Flow, leave: Flow) -> None:
        attributes = {"id": NAME, "name": "Approvals", "calledElement": SLOT}
        slot = etree.SubElement(self.process, f"{BPMN}callActivity", attributes)
        slot.set(f"{CAMUNDA}modelerTemplate", "approval-engine.slot")
        extension = etree.SubElement(slot, f"{BPMN}extensionElements")
        properties = etree.SubElement(extension, f"{CAMUNDA}properties")
        chosen = {"name": STEPS, "value": "rest"}
        etree.SubElement(properties, f"{CAMUNDA}property", chosen)
        etree.SubElement(slot, f"{BPMN}incoming").text = entry.id
        etree.SubElement(slot, f"{BPMN}outgoing").text = leave.id
        self.new.append((NAME, "task", 0, 0))

    def catch(self) -> None:
        """
        Lead what the slot throws to end events of that name.
        """
        left = [n for n in self.graph.of(Kind.END) if n.id not in self.gone]
        for number, verdict in enumerate(_BACK):
            known = next((n.id for n in left if verdict_of(n) == verdict), None)
            event, flow = f"{NAME}_{verdict}", f"from_{NAME}_{verdict}"
            attributes = {"id": event, "name": verdict.capitalize()}
            caught = self._add("boundaryEvent", {**attributes, "attachedToRef": NAME})
            etree.SubElement(caught, f"{BPMN}outgoing").text = flow
            etree.SubElement(
                caught, f"{BPMN}errorEventDefinition", errorRef=self._error(verdict)
            )
            self.new.append((event, "event", 12 + 45 * number, 62))
            if known is None:
                end = self._add("endEvent", {"id": verdict, "name": attributes["name"]})
                etree.SubElement(end, f"{BPMN}incoming").text = flow
                self.new.append((verdict, "event", 12 + 45 * number, 150 + 80 * number))
            target = known or verdict
            ends = {"id": flow, "sourceRef": event, "targetRef": target}
            self._add("sequenceFlow", ends)
            self.edges.append((flow, event, target))

    def _add(self, tag: str, attributes: dict[str, str]) -> etree._Element:
        return etree.SubElement(self.process, BPMN + tag, attributes)

    def _error(self, code: str) -> str:
        for error in self.root.findall(f"{BPMN}error"):
            if error.get("errorCode") == code:
                return error.get("id", "")
        attributes = {"id": f"error_{code}", "name": code.capitalize()}
        error = etree.Element(f"{BPMN}error", {**attributes, "errorCode": code})
        self.process.addnext(error)
        return attributes["id"]

    def draw(self) -> None:
        """
        Draw the slot where the steps began; a file without a diagram gets none.
        """
        plane = self.root.find(f"{BPMNDI}BPMNDiagram/{BPMNDI}BPMNPlane")
        if plane is None:
            return
        cut = [each for each in plane if each.get("bpmnElement") in self.gone]
        boxes = [b for each in cut for b in each.findall(f"{DC}Bounds")]
        x = min((int(float(box.get("x", "0"))) for box in boxes), default=300)
        spine = self._spine(plane)
        for each in cut:
            plane.remove(each)
        placed = {name: (x + dx, spine - 40 + dy) for name, _, dx, dy in self.new}
        for name, size, _, _ in self.new:
            width, height = _SIZE[size]
            shape = etree.SubElement(
                plane, f"{BPMNDI}BPMNShape", id=f"shape_{name}", bpmnElement=name
            )
            left, top = placed[name]
            bounds = {"x": left, "y": top, "width": width, "height": height}
            etree.SubElement(
                shape, f"{DC}Bounds", {key: str(value) for key, value in bounds.items()}
            )
        for flow, source, target in self.edges:
            self._edge(plane, flow, placed[source], placed.get(target))
        self._border_edges(plane, x, spine)

    def _spine(self, plane: etree._Element) -> int:
        starts = {node.id for node in self.graph.of(Kind.START)}
        for shape in plane.findall(f"{BPMNDI}BPMNShape"):
            if shape.get("bpmnElement") in starts:
                (box,) = shape.findall(f"{DC}Bounds")
                return int(float(box.get("y", "0"))) + 18
        return 200

    def _edge(
        self,
        plane: etree._Element,
        flow: str,
        source: tuple[int, int],
        target: tuple[int, int] | None,
    ) -> None:
        start = (source[0] + 18, source[1] + 36)
        end = (target[0] + 18, target[1]) if target else (start[0], start[1] + 40)
        edge = etree.SubElement(
            plane, f"{BPMNDI}BPMNEdge", id=f"edge_{flow}", bpmnElement=flow
        )
        _waypoints(edge, (start, end))

    def _border_edges(self, plane: etree._Element, x: int, spine: int) -> None:
        """
        Let the flows into and out of the slot end at its sides.
        """
        for edge in plane.findall(f"{BPMNDI}BPMNEdge"):
            flow = next(
                (f for f in self.graph.flows if f.id == edge.get("bpmnElement")), None
            )
            if flow is None:
                continue
            points = [
                (int(float(p.get("x", "0"))), int(float(p.get("y", "0"))))
                for p in edge.findall(f"{DI}waypoint")
            ]
            if flow.target in self.gone and points:
                _waypoints(edge, (points[0], (x, spine)))
            elif flow.source in self.gone and points:
                _waypoints(edge, ((x + 100, spine), points[-1]))


def _remove(elements: Iterable[etree._Element]) -> None:
    for element in list(elements):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _waypoints(edge: etree._Element, points: Iterable[tuple[int, int]]) -> None:
    _remove((*edge.findall(f"{DI}waypoint"), *edge.findall(f"{BPMNDI}BPMNLabel")))
    for x, y in points:
        etree.SubElement(edge, f"{DI}waypoint", x=str(x), y=str(y))
