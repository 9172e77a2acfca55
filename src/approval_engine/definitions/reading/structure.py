"""
What is wrong with the drawing itself: its flows, its gateways, what nothing leads to.

Whether a drawing that is right also makes sense is judged elsewhere, with its paths.
"""

from lxml import etree

from approval_engine.definitions.namespaces import BPMN
from approval_engine.definitions.profile.places import NODES
from approval_engine.definitions.reading.scopes import Scope
from approval_engine.definitions.reading.source import Source

_START = f"{BPMN}startEvent"
_END = f"{BPMN}endEvent"
_BOUNDARY = f"{BPMN}boundaryEvent"
_PARALLEL = f"{BPMN}parallelGateway"
_CHOOSES = frozenset({f"{BPMN}exclusiveGateway", f"{BPMN}inclusiveGateway"})
_CONDITION = f"{BPMN}conditionExpression"
_RUNS = frozenset(f"{BPMN}{name}" for name in NODES.split())


def check(source: Source, scope: Scope) -> None:
    """
    Note what is wrong with the nodes and flows of a scope and of all inside of it.
    """
    places = {name: s for s in scope.all() for name in s.nodes}
    for each in scope.all():
        _check_starts(source, each)
        for identity, node in each.nodes.items():
            if node.tag in _RUNS and node.get("triggeredByEvent") != "true":
                _check_exits(source, each.exits.get(identity, []), node)
        for flow in each.flows:
            _check_flow(source, each, places, flow)
        _check_twins(source, each)
        _check_reached(source, each)


def _check_starts(source: Source, scope: Scope) -> None:
    starts = sum(1 for node in scope.nodes.values() if node.tag == _START)
    if starts != 1:
        sentence = f"Expected exactly one start event, but got {starts}."
        source.refuse(scope.element, "start", sentence)


def _check_exits(
    source: Source, exits: list[etree._Element], node: etree._Element
) -> None:
    kind = str(node.tag).removeprefix(BPMN)
    if kind == "endEvent":
        if exits:
            source.refuse(node, "flow", "Expected no flow from an end event.")
    elif kind.endswith("Gateway"):
        if not exits:
            source.refuse(node, "flow", "Expected a flow from this gateway.")
    elif len(exits) != 1:
        fix = "put a gateway behind it" if exits else "lead it on, or to an end event"
        sentence = f"Expected exactly one flow from here, but got {len(exits)}: {fix}."
        source.refuse(node, "flow", sentence)
    default = node.get("default")
    if default is None or node.tag not in _CHOOSES:
        return
    if default not in {flow.get("id") for flow in exits}:
        sentence = f"Expected default flow {default!r} to leave this gateway."
        source.refuse(node, "default", sentence)


def _check_flow(
    source: Source, scope: Scope, places: dict[str, Scope], flow: etree._Element
) -> None:
    ends = [flow.get("sourceRef", ""), flow.get("targetRef", "")]
    for end in ends:
        if end not in scope.nodes:
            source.refuse(flow, "flow", _astray(end, places))
    if any(end not in scope.nodes for end in ends):
        return
    origin, target = (scope.nodes[end] for end in ends)
    if target.tag in (_START, _BOUNDARY):
        sentence = "Expected no flow into a start or boundary event."
        source.refuse(flow, "flow", sentence)
    if origin.tag in _RUNS:
        _check_conditions(source, scope, flow, origin)


def _astray(end: str, places: dict[str, Scope]) -> str:
    if not end:
        return "Expected a flow between two nodes, but one of its ends is missing."
    if end in places:
        return (
            f"Expected a flow within one process or subprocess, but {end!r} is in"
            " another: lead it to the border of the subprocess."
        )
    return f"Expected node {end[:60]!r} of this flow in the process: connect it anew."


def _check_conditions(
    source: Source, scope: Scope, flow: etree._Element, origin: etree._Element
) -> None:
    found = sum(1 for _ in flow.iterchildren(_CONDITION))
    exits = scope.exits[origin.get("id", "")]
    default = origin.get("default") == flow.get("id")
    chooses = origin.tag in _CHOOSES
    if found > 1:
        source.refuse(flow, "condition", "Expected one condition on a flow.")
    elif found and not chooses:
        sentence = (
            "Expected no condition on a flow that leaves no exclusive or inclusive"
            " gateway: put such a gateway before it."
        )
        source.refuse(flow, "condition", sentence)
    elif found and default:
        sentence = "Expected no condition on a default flow: remove one of the two."
        source.refuse(flow, "condition", sentence)
    elif chooses and not found and not default and len(exits) > 1:
        sentence = (
            "Expected a condition on every flow from this gateway but its default:"
            " write one, or make this flow the default."
        )
        source.refuse(flow, "condition", sentence)


def _check_twins(source: Source, scope: Scope) -> None:
    """
    Two flows beside each other would carry two tokens.
    """
    for identity, exits in scope.exits.items():
        node = scope.nodes.get(identity)
        if node is None or node.tag != _PARALLEL:
            continue
        seen: set[str] = set()
        for flow in exits:
            target = flow.get("targetRef", "")
            if target in seen:
                sentence = f"Expected one flow from {identity!r} to {target!r}."
                source.refuse(flow, "flow", sentence)
            seen.add(target)


def _check_reached(source: Source, scope: Scope) -> None:
    boundaries: dict[str, list[str]] = {}
    for identity, node in scope.nodes.items():
        if node.tag == _BOUNDARY:
            boundaries.setdefault(node.get("attachedToRef", ""), []).append(identity)
    reached: set[str] = set()
    agenda = [name for name, node in scope.nodes.items() if node.tag == _START]
    while agenda:
        identity = agenda.pop()
        if identity in reached or identity not in scope.nodes:
            continue
        reached.add(identity)
        exits = scope.exits.get(identity, [])
        agenda += [flow.get("targetRef", "") for flow in exits]
        agenda += boundaries.get(identity, [])
    for identity, node in scope.nodes.items():
        if identity not in reached and _must_be_reached(node):
            sentence = (
                "Expected a path from the start to here: connect it, or remove it."
            )
            source.refuse(node, "unreached", sentence)


def _must_be_reached(node: etree._Element) -> bool:
    aside = (node.get("triggeredByEvent"), node.get("isForCompensation"))
    return node.tag in _RUNS and "true" not in aside
