"""
The process of a checked tree as a graph: nodes, flows, and what is wrong with them.

Here belongs what SpiffWorkflow would drop, guess or ignore without a word. Whether a
sound drawing makes sense is judged before, with its paths.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from approval_engine.definitions.namespaces import BPMN
from approval_engine.executor.engine.model import CANCELLED
from approval_engine.executor.engine.source import Source
from approval_engine.policy.conditions import ConditionError, parse_condition

MAX_NODES = 300

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
# Names that SpiffWorkflow gives to something else.
_TAKEN = frozenset({"Start", "End", "Root"})
_DURATION = re.compile(
    r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?)"
)

_NODES = tuple(
    f"{BPMN}{name}"
    for name in (
        "startEvent",
        "endEvent",
        "userTask",
        "boundaryEvent",
        "exclusiveGateway",
        "parallelGateway",
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """
    Flow nodes by id and sequence flows, both in document order.
    """

    process: etree._Element
    nodes: dict[str, etree._Element]
    flows: tuple[etree._Element, ...]
    exits: Mapping[str, list[etree._Element]]

    def outgoing(self, node: etree._Element) -> list[etree._Element]:
        """
        The flows that leave a node.
        """
        return self.exits.get(node.get("id", ""), [])

    def of(self, kind: str) -> Iterator[etree._Element]:
        """
        The nodes of one kind, such as `userTask`.
        """
        return (n for n in self.nodes.values() if n.tag == f"{BPMN}{kind}")


def draw(source: Source) -> Drawing | None:
    """
    The graph of the only process; None, with a problem noted, if there is no such one.
    """
    processes = source.root.findall(f"{BPMN}process")
    if len(processes) != 1 or processes[0].get("isExecutable") != "true":
        sentence = "Expected exactly one process, with isExecutable true."
        source.note(source.root, "process", sentence)
        return None
    process = processes[0]
    _check_ids(source)
    nodes = {node.get("id", ""): node for node in process.iterchildren(*_NODES)}
    if len(nodes) > MAX_NODES:
        sentence = f"Expected at most {MAX_NODES} flow nodes, but got {len(nodes)}."
        source.note(process, "too_large", sentence)
        return None
    flows = tuple(process.iterchildren(f"{BPMN}sequenceFlow"))
    exits: dict[str, list[etree._Element]] = {}
    for flow in flows:
        exits.setdefault(flow.get("sourceRef", ""), []).append(flow)
    return Drawing(process=process, nodes=nodes, flows=flows, exits=exits)


def check(source: Source, drawing: Drawing) -> None:
    """
    Note what is wrong with the nodes and flows of a drawing.
    """
    _check_events(source, drawing)
    for node in drawing.nodes.values():
        _check_exits(source, drawing, node)
    for flow in drawing.flows:
        _check_flow(source, drawing, flow)
    for timer in drawing.of("boundaryEvent"):
        _check_timer(source, drawing, timer)
    _check_reached(source, drawing)


def _check_ids(source: Source) -> None:
    seen: set[str] = set()
    for element in source.root.iter(f"{BPMN}*"):
        identity = element.get("id")
        if identity is None:
            if element.tag in (*_NODES, f"{BPMN}sequenceFlow", f"{BPMN}process"):
                source.note(element, "id", "Expected an id.")
            continue
        if identity in seen:
            source.note(element, "id", f"Expected id {identity!r} only once.")
        if not _ID.fullmatch(identity) or identity in _TAKEN or _is_ours(identity):
            sentence = (
                f"Expected an id of letters, digits, _ and -, but {identity!r} is not, "
                "or is reserved."
            )
            source.note(element, "id", sentence)
        seen.add(identity)


def _is_ours(identity: str) -> bool:
    """
    Whether an end of this id could be taken for one that we give from outside.
    """
    return identity.partition("_")[0] == CANCELLED


def _check_events(source: Source, drawing: Drawing) -> None:
    starts = len(tuple(drawing.of("startEvent")))
    if starts != 1:
        sentence = f"Expected exactly one start event, but got {starts}."
        source.note(drawing.process, "start", sentence)
    for end in drawing.of("endEvent"):
        definitions = [c for c in end if str(c.tag).endswith("EventDefinition")]
        if len(definitions) > 1:
            source.note(end, "event", "Expected at most one event definition.")
        for definition in definitions:
            _check_reference(source, definition)


def _check_reference(source: Source, definition: etree._Element) -> None:
    for kind in ("error", "escalation"):
        wanted = definition.get(f"{kind}Ref")
        known = {e.get("id") for e in source.root.iterchildren(f"{BPMN}{kind}")}
        if wanted is not None and wanted not in known:
            sentence = f"Expected {kind} {wanted!r} in the file, but it is not there."
            source.note(definition, "reference", sentence)


def _check_exits(source: Source, drawing: Drawing, node: etree._Element) -> None:
    exits = len(drawing.outgoing(node))
    kind = str(node.tag).removeprefix(BPMN)
    if kind == "endEvent":
        if exits:
            source.note(node, "flow", "Expected no flow from an end event.")
    elif kind.endswith("Gateway"):
        if not exits:
            source.note(node, "flow", "Expected a flow from this gateway.")
    elif exits != 1:
        sentence = f"Expected exactly one flow from here, but got {exits}."
        source.note(node, "flow", sentence)
    default = node.get("default")
    if default is not None and default not in {
        flow.get("id") for flow in drawing.outgoing(node)
    }:
        sentence = f"Expected default flow {default!r} to leave this gateway."
        source.note(node, "default", sentence)


def _check_flow(source: Source, drawing: Drawing, flow: etree._Element) -> None:
    origin = drawing.nodes.get(flow.get("sourceRef", ""))
    target = drawing.nodes.get(flow.get("targetRef", ""))
    if origin is None or target is None:
        source.note(flow, "flow", "Expected a flow between two nodes of the process.")
        return
    if target.tag in (f"{BPMN}startEvent", f"{BPMN}boundaryEvent"):
        source.note(flow, "flow", "Expected no flow into a start or boundary event.")
    conditions = flow.findall(f"{BPMN}conditionExpression")
    if len(conditions) != _conditions_wanted(drawing, flow, origin):
        sentence = (
            "Expected a condition on every flow from an exclusive gateway but its "
            "default, and nowhere else."
        )
        source.note(flow, "condition", sentence)
    for condition in conditions:
        _check_condition(source, condition)


def _conditions_wanted(
    drawing: Drawing, flow: etree._Element, origin: etree._Element
) -> int:
    if origin.tag != f"{BPMN}exclusiveGateway":
        return 0
    only = len(drawing.outgoing(origin)) == 1
    return 0 if only or origin.get("default") == flow.get("id") else 1


def _check_condition(source: Source, condition: etree._Element) -> None:
    try:
        parse_condition(condition.text or "")
    except ConditionError as error:
        sentence = f"Expected a condition in our language, but {error.sentence}"
        source.note(condition, "condition", sentence)


def _check_timer(source: Source, drawing: Drawing, timer: etree._Element) -> None:
    host = drawing.nodes.get(timer.get("attachedToRef", ""))
    if host is None or host.tag != f"{BPMN}userTask":
        source.note(timer, "timer", "Expected a boundary event on a user task.")
    if timer.get("cancelActivity", "true") not in ("true", "false"):
        source.note(timer, "timer", "Expected cancelActivity to be true or false.")
    durations = timer.findall(f"{BPMN}timerEventDefinition/{BPMN}timeDuration")
    if len(durations) != 1:
        source.note(timer, "timer", "Expected exactly one timer with a timeDuration.")
        return
    text = (durations[0].text or "").strip()
    if not _DURATION.fullmatch(text):
        sentence = (
            f"Expected an ISO 8601 duration such as PT24H (24 hours) or P1D (one day), "
            f"but got {text!r}."
        )
        source.note(timer, "duration", sentence)


def _check_reached(source: Source, drawing: Drawing) -> None:
    reached: set[str] = set()
    agenda = [node.get("id", "") for node in drawing.of("startEvent")]
    while agenda:
        identity = agenda.pop()
        node = drawing.nodes.get(identity)
        if node is None or identity in reached:
            continue
        reached.add(identity)
        agenda += [flow.get("targetRef", "") for flow in drawing.outgoing(node)]
        agenda += [
            timer.get("id", "")
            for timer in drawing.of("boundaryEvent")
            if timer.get("attachedToRef") == identity
        ]
    for identity, node in drawing.nodes.items():
        if identity not in reached:
            source.note(node, "unreached", "Expected a path from the start to here.")
