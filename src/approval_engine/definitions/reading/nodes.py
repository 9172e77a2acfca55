"""
The elements of a scope → its nodes and flows, each understood.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from approval_engine.definitions.model import Flow, Graph, Kind, Node
from approval_engine.definitions.namespaces import BPMN, CAMUNDA, ZEEBE
from approval_engine.definitions.reading import calls, events, ladder
from approval_engine.definitions.reading.properties import properties_of
from approval_engine.definitions.reading.scopes import Scope
from approval_engine.definitions.reading.source import Source, extensions
from approval_engine.definitions.reading.texts import Texts
from approval_engine.definitions.reading.work import work_of
from approval_engine.definitions.tree import line_of
from approval_engine.policy.conditions import Expression
from approval_engine.policy.conditions import Kind as ValueKind

_CONDITION = f"{BPMN}conditionExpression"
_LOOP = f"{BPMN}multiInstanceLoopCharacteristics"
_FORMS = (f"{CAMUNDA}formData", f"{ZEEBE}formDefinition")

_KINDS: Mapping[str, Kind] = {
    f"{BPMN}{name}": kind
    for name, kind in {
        "startEvent": Kind.START,
        "endEvent": Kind.END,
        "userTask": Kind.TASK,
        "manualTask": Kind.TASK,
        "task": Kind.TASK,
        "businessRuleTask": Kind.RULE,
        "serviceTask": Kind.NOTICE,
        "sendTask": Kind.NOTICE,
        "callActivity": Kind.CALL,
        "subProcess": Kind.SUBPROCESS,
        "exclusiveGateway": Kind.EXCLUSIVE,
        "parallelGateway": Kind.PARALLEL,
        "inclusiveGateway": Kind.INCLUSIVE,
        "boundaryEvent": Kind.BOUNDARY,
        "intermediateCatchEvent": Kind.CATCH,
    }.items()
}

Parts = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Builder:
    """
    What the nodes of one file are built with.
    """

    texts: Texts
    lanes: Mapping[str, str]
    inputs: Mapping[str, ValueKind]

    @property
    def source(self) -> Source:
        """
        The file.
        """
        return self.texts.source

    def graph(self, scope: Scope) -> Graph:
        """
        The nodes and flows of a scope; those that do not run are left out.
        """
        nodes = tuple(
            self.node(scope, element, _KINDS[str(element.tag)])
            for element in scope.nodes.values()
            if element.tag in _KINDS
        )
        graph = Graph(nodes=nodes, flows=tuple(map(self.flow, scope.flows)))
        ladder.check(self.source, scope, graph)
        return graph

    def node(self, scope: Scope, element: etree._Element, kind: Kind) -> Node:
        """
        One node with the parts that belong to its kind.
        """
        properties = properties_of(self.source, element)
        if kind is not Kind.TASK and element.find(_LOOP) is not None:
            sentence = "Expected several people on user tasks only: use one of these."
            self.source.refuse(element, "several", sentence)
        parts: Parts = {"kind": kind}
        if kind in _PARTS:
            parts |= _PARTS[kind](self, scope, element, properties)
        return Node(
            id=element.get("id", ""),
            name=element.get("name", ""),
            line=line_of(element),
            documentation=documentation(element),
            properties=properties,
            **parts,
        )

    def flow(self, element: etree._Element) -> Flow:
        """
        One flow with its condition.
        """
        condition, text = self.condition(element)
        return Flow(
            id=element.get("id", ""),
            source=element.get("sourceRef", ""),
            target=element.get("targetRef", ""),
            name=element.get("name", ""),
            line=line_of(element),
            condition=condition,
            text=text,
        )

    def condition(self, flow: etree._Element) -> tuple[Expression | None, str]:
        """
        The condition of a flow and how it is written.
        """
        element = flow.find(_CONDITION)
        if element is None:
            return None, ""
        text = element.text or ""
        kinds = (ValueKind.BOOLEAN, ValueKind.ANY)
        return self.texts.expression(element, text, *kinds), text.strip()

    def start(self, _: Scope, element: etree._Element, __: Mapping[str, str]) -> Parts:
        """
        A start event, whose form is never shown.
        """
        for form in _FORMS:
            if next(extensions(element, form), None) is not None:
                sentence = (
                    "The form of a start event is decorative: a quote brings its facts."
                )
                self.source.note(element, sentence)
        return {}

    def end(self, _: Scope, element: etree._Element, __: Mapping[str, str]) -> Parts:
        """
        An end event with what it throws.
        """
        return {"event": events.end_event(self.texts, element)}

    def boundary(
        self, scope: Scope, element: etree._Element, _: Mapping[str, str]
    ) -> Parts:
        """
        A boundary event with its host.
        """
        return {
            "event": events.boundary_event(self.texts, scope, element),
            "host": element.get("attachedToRef", ""),
            "interrupting": element.get("cancelActivity", "true") == "true",
        }

    def catch(self, _: Scope, element: etree._Element, __: Mapping[str, str]) -> Parts:
        """
        An intermediate event with its timer.
        """
        return {"event": events.catching_event(self.texts, element)}

    def gateway(
        self, _: Scope, element: etree._Element, __: Mapping[str, str]
    ) -> Parts:
        """
        A gateway that chooses, with its default flow.
        """
        return {"default": element.get("default")}

    def task(
        self, _: Scope, element: etree._Element, properties: Mapping[str, str]
    ) -> Parts:
        """
        A user task with its work.
        """
        lane = self.lanes.get(element.get("id", ""))
        return {"work": work_of(self.texts, element, lane, properties, self.inputs)}

    def subprocess(
        self, scope: Scope, element: etree._Element, _: Mapping[str, str]
    ) -> Parts:
        """
        A subprocess with what is in it.
        """
        inner = scope.inner.get(element.get("id", ""))
        return {"body": None if inner is None else self.graph(inner)}

    def rule(self, _: Scope, element: etree._Element, __: Mapping[str, str]) -> Parts:
        """
        A business rule task with its decision.
        """
        return {"decides": calls.decision_of(self.texts, element, self.inputs)}

    def notice(
        self, _: Scope, element: etree._Element, properties: Mapping[str, str]
    ) -> Parts:
        """
        A notify task with its message.
        """
        return {"notice": calls.notice_of(self.texts, element, properties)}

    def call(
        self, _: Scope, element: etree._Element, properties: Mapping[str, str]
    ) -> Parts:
        """
        A call of another process, or a slot.
        """
        return calls.called(self.texts, element, properties)


_PARTS: Mapping[
    Kind, Callable[[Builder, Scope, etree._Element, Mapping[str, str]], Parts]
] = {
    Kind.START: Builder.start,
    Kind.END: Builder.end,
    Kind.BOUNDARY: Builder.boundary,
    Kind.CATCH: Builder.catch,
    Kind.EXCLUSIVE: Builder.gateway,
    Kind.INCLUSIVE: Builder.gateway,
    Kind.TASK: Builder.task,
    Kind.SUBPROCESS: Builder.subprocess,
    Kind.RULE: Builder.rule,
    Kind.NOTICE: Builder.notice,
    Kind.CALL: Builder.call,
}


def documentation(element: etree._Element) -> str:
    """
    What is written about an element, without the white space around it.
    """
    found = element.iterchildren(f"{BPMN}documentation")
    return "\n".join(text for each in found if (text := (each.text or "").strip()))
