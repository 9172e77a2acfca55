"""
Nodes and flows → the elements of a BPMN process, with the attributes Camunda knows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from lxml import etree

from approval_engine.definitions import ids, seats, wording
from approval_engine.definitions.blocks import Flow, Kind, Node, Timer
from approval_engine.definitions.namespaces import BPMN, CAMUNDA, XSI
from approval_engine.definitions.shape import STEP, STEPS, shape_of
from approval_engine.planner.plan import PlannedStep

TAGS = {
    Kind.START: "startEvent",
    Kind.TASK: "userTask",
    Kind.TIMER: "boundaryEvent",
    Kind.PARALLEL: "parallelGateway",
    Kind.DECISION: "exclusiveGateway",
}
"""The BPMN element of a kind; the others are end events."""

EVENT_DEFINITIONS = {
    Kind.VERDICT: ("terminateEventDefinition", {}),
    Kind.SETTLED: ("terminateEventDefinition", {}),
    Kind.UNDECIDED: ("errorEventDefinition", {"errorRef": "error_undecided"}),
    Kind.REJECTS: ("errorEventDefinition", {"errorRef": "error_rejected"}),
    Kind.RETURNS: ("errorEventDefinition", {"errorRef": "error_returned"}),
    Kind.REMIND: ("escalationEventDefinition", {"escalationRef": "escalation_remind"}),
    Kind.ESCALATE: ("escalationEventDefinition", {"escalationRef": "escalation_next"}),
}
"""What an end event does besides ending its branch."""

SIGNALS = {
    Kind.UNDECIDED: ("error", "error_undecided", "No verdict", "undecided"),
    Kind.REJECTS: ("error", "error_rejected", "Rejected", ids.REJECTED),
    Kind.RETURNS: ("error", "error_returned", "Returned", ids.RETURNED),
    Kind.REMIND: ("escalation", "escalation_remind", "Remind", "remind"),
    Kind.ESCALATE: ("escalation", "escalation_next", "Escalate", "escalate"),
}
"""What those definitions refer to: element, id, name and code."""

CLOCKS = frozenset({SIGNALS[kind][3] for kind in (Kind.REMIND, Kind.ESCALATE)})
"""The codes that a step throws when it is late, and goes on."""


def process(
    parent: etree._Element, process_id: str, nodes: Collection[Node]
) -> etree._Element:
    """
    Append the executable process, still without nodes and flows.
    """
    element = _child(parent, "process", {"id": process_id, "name": "Quote approval"})
    element.set("isExecutable", "true")
    element.set(f"{CAMUNDA}historyTimeToLive", "P180D")
    documentation = _child(element, "documentation")
    documentation.text = (
        "Every step must be approved. A step that is rejected or returned ends the"
        " process; a step without a verdict holds it."
    )
    if any(node.kind is Kind.NOTED for node in nodes):
        documentation.text += (
            ' A step that ends in "Noted" gives advice, and nobody waits for it.'
        )
    # Whoever deletes a step is told so when he deploys what is left.
    drawn = (node.step for node in nodes if node.kind is Kind.TASK)
    if steps := [step.id for step in drawn if step]:
        _properties(element, {STEPS: ",".join(steps)})
    return element


def add(
    parent: etree._Element, nodes: tuple[Node, ...], flows: tuple[Flow, ...]
) -> None:
    """
    Append nodes, then flows, each in the order given.
    """
    into: dict[str, list[Flow]] = defaultdict(list)
    out_of: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        into[flow.target].append(flow)
        out_of[flow.source].append(flow)
    for node in nodes:
        element = _node(parent, node)
        _ways(element, into[node.id], out_of[node.id])
        _details(element, node)
    for flow in flows:
        _flow(parent, flow)


def signals(parent: etree._Element, nodes: Iterable[Node]) -> None:
    """
    Append the errors and escalations that these nodes refer to, unless they are there.
    """
    used = {node.kind for node in nodes}
    known = {each.get("id") for each in parent}
    for kind, (tag, signal_id, name, code) in SIGNALS.items():
        if kind in used and signal_id not in known:
            attributes = {"id": signal_id, "name": name, f"{tag}Code": code}
            _child(parent, tag, attributes)


def _node(parent: etree._Element, node: Node) -> etree._Element:
    element = _child(parent, TAGS.get(node.kind, "endEvent"), {"id": node.id})
    if node.name:
        element.set("name", node.name)
    if node.kind is Kind.TASK and node.step:
        _task(element, node.step)
    elif node.timer and node.host:
        element.set("cancelActivity", "false")
        element.set("attachedToRef", node.host)
        _properties(element, _timer_properties(node.timer))
    elif node.outcome:
        _properties(element, {"outcome": node.outcome})
    return element


def _ways(element: etree._Element, into: list[Flow], out_of: list[Flow]) -> None:
    for flow in into:
        _child(element, "incoming").text = flow.id
    for flow in out_of:
        _child(element, "outgoing").text = flow.id
        if flow.default:
            element.set("default", flow.id)


def _details(element: etree._Element, node: Node) -> None:
    if node.kind is Kind.TASK and node.step and seats.several(node.step):
        _several(element, node.step)
    if node.timer:
        definition = _child(element, "timerEventDefinition")
        _expression(definition, "timeDuration", wording.duration(node.timer.hours))
    if node.kind in EVENT_DEFINITIONS:
        _child(element, *EVENT_DEFINITIONS[node.kind])


def _task(element: etree._Element, step: PlannedStep) -> None:
    if seats.several(step):
        element.set(f"{CAMUNDA}assignee", "${approver}")
    element.set(f"{CAMUNDA}candidateGroups", wording.clean(step.role))
    element.set(f"{CAMUNDA}dueDate", f"${{{ids.due_at(step.id)}}}")
    element.set(f"{CAMUNDA}priority", "50")
    if text := wording.rules(step):
        _child(element, "documentation").text = text
    _properties(element, _task_properties(step))


def _task_properties(step: PlannedStep) -> dict[str, str]:
    return {
        STEP: step.id,
        **shape_of(step),
        "calendar": step.calendar,
        "slaHours": wording.number(step.sla_hours),
        "escalation": step.escalate_mode,
        "onTimeout": step.on_timeout,
        "onExhausted": step.on_exhausted,
    }


def _timer_properties(timer: Timer) -> dict[str, str]:
    role = {"role": timer.role} if timer.role else {}
    return {"kind": timer.kind, "level": str(timer.level), **role}


def _several(element: etree._Element, step: PlannedStep) -> None:
    loop = _child(element, "multiInstanceLoopCharacteristics")
    loop.set(f"{CAMUNDA}collection", f"${{{ids.approvers(step.id)}}}")
    loop.set(f"{CAMUNDA}elementVariable", "approver")
    _expression(loop, "completionCondition", seats.decided(step.completion))


def _flow(parent: etree._Element, flow: Flow) -> None:
    element = _child(parent, "sequenceFlow", {"id": flow.id})
    if flow.name:
        element.set("name", flow.name)
    element.set("sourceRef", flow.source)
    element.set("targetRef", flow.target)
    if flow.condition:
        _expression(element, "conditionExpression", flow.condition)


def _properties(element: etree._Element, values: Mapping[str, str]) -> None:
    extension = _child(element, "extensionElements")
    properties = etree.SubElement(extension, f"{CAMUNDA}properties")
    for name, value in values.items():
        attributes = {"name": name, "value": wording.clean(value)}
        etree.SubElement(properties, f"{CAMUNDA}property", attributes)


def _expression(parent: etree._Element, tag: str, text: str) -> None:
    attributes = {f"{XSI}type": "bpmn:tFormalExpression"}
    _child(parent, tag, attributes).text = text


def _child(
    parent: etree._Element, tag: str, attributes: Mapping[str, str] | None = None
) -> etree._Element:
    return etree.SubElement(parent, BPMN + tag, dict(attributes or {}))
