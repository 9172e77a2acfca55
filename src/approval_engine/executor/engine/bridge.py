"""
A checked drawing → the process it is; stands in for the reader until that is there.
"""

from lxml import etree

from approval_engine.definitions.model import (
    Clock,
    Event,
    Flow,
    Graph,
    Kind,
    Node,
    Process,
    Signal,
    Timer,
    Work,
)
from approval_engine.definitions.namespaces import BPMN
from approval_engine.executor.engine import elements
from approval_engine.executor.engine.drawing import Drawing
from approval_engine.policy.conditions import parse_condition

_KINDS = {
    "startEvent": Kind.START,
    "endEvent": Kind.END,
    "userTask": Kind.TASK,
    "boundaryEvent": Kind.BOUNDARY,
    "exclusiveGateway": Kind.EXCLUSIVE,
    "parallelGateway": Kind.PARALLEL,
}


def process(plan: Drawing) -> Process:
    """
    The process that a drawing without problems shows.
    """
    graph = Graph(
        nodes=tuple(_node(node) for node in plan.nodes.values()),
        flows=tuple(_flow(flow) for flow in plan.flows),
    )
    return Process(id=plan.process.get("id", ""), graph=graph)


def _node(node: etree._Element) -> Node:
    kind = _KINDS[str(node.tag).removeprefix(BPMN)]
    return Node(
        id=node.get("id", ""),
        kind=kind,
        name=node.get("name", ""),
        properties=elements.properties(node),
        event=_event(node),
        host=node.get("attachedToRef"),
        interrupting=node.get("cancelActivity", "true") == "true",
        default=node.get("default"),
        work=Work() if kind is Kind.TASK else None,
    )


def _event(node: etree._Element) -> Event:
    span = node.findtext(f"{BPMN}timerEventDefinition/{BPMN}timeDuration")
    if span is not None:
        timer = Timer(clock=Clock.DURATION, span=span.strip())
        return Event(signal=Signal.TIMER, timer=timer)
    for signal in (Signal.TERMINATE, Signal.ERROR, Signal.ESCALATION):
        if node.find(f"{BPMN}{signal}EventDefinition") is not None:
            return Event(signal=signal)
    return Event(signal=Signal.NONE)


def _flow(flow: etree._Element) -> Flow:
    text = flow.findtext(f"{BPMN}conditionExpression")
    return Flow(
        id=flow.get("id", ""),
        source=flow.get("sourceRef", ""),
        target=flow.get("targetRef", ""),
        condition=None if text is None else parse_condition(text),
    )
