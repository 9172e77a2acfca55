"""
A routing plan → a BPMN 2.0 process definition with its diagram, byte for byte the same.

Plans that differ only in people or facts give the same bytes: both are taken out before
anything is drawn, so nothing of one quote can reach a definition.
"""

import re
from collections import Counter
from dataclasses import fields, replace
from functools import lru_cache
from operator import attrgetter

from lxml import etree

from approval_engine.definitions import blocks, diagram, elements
from approval_engine.definitions.layout import draw
from approval_engine.definitions.namespaces import BPMN, MODELER, PREFIXES
from approval_engine.definitions.outline import outline
from approval_engine.errors import BpmnError, Problem
from approval_engine.planner.plan import PlannedStep, Reason, RoutingPlan, Staffing

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
ROOT = {
    "id": "definitions",
    "targetNamespace": "urn:approval-engine:process",
    "exporter": "approval-engine",
    f"{MODELER}executionPlatform": "Camunda Platform",
    f"{MODELER}executionPlatformVersion": "7.24.0",
}
XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
NOBODY = Staffing(candidates=())


def render(plan: RoutingPlan) -> bytes:
    """
    The definition of a plan, which every quote of the same shape and rules shares.
    """
    return _render(_Shape(plan))


def of_any_quote(plan: RoutingPlan) -> RoutingPlan:
    """
    The plan without the people and the facts of one quote.
    """
    return replace(plan, steps=tuple(_of_any_quote(step) for step in plan.approvals))


def _of_any_quote(step: PlannedStep) -> PlannedStep:
    reasons = tuple(_rule_only(reason) for reason in step.reasons)
    return replace(step, reasons=reasons, staffing=NOBODY)


def _rule_only(reason: Reason) -> Reason:
    facts = tuple(replace(fact, value="", lines=()) for fact in reason.facts)
    return replace(reason, facts=facts)


class _Shape:
    """
    A plan that is the same as all others which `of_any_quote` makes the same.

    Every submit asks for its definition, and most find it drawn: to look it up, no plan
    without people and facts is made.
    """

    __slots__ = ("_key", "plan")

    def __init__(self, plan: RoutingPlan) -> None:
        self.plan = plan
        steps = tuple((_of_rule(s), _rules_only(s.reasons)) for s in plan.approvals)
        self._key = (plan.process, steps)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shape) and self._key == other._key


_of_rule = attrgetter(
    *(f.name for f in fields(PlannedStep) if f.name not in {"reasons", "staffing"})
)


def _rules_only(reasons: tuple[Reason, ...]) -> tuple[object, ...]:
    return tuple(
        (each.trigger, each.reason, tuple((f.name, f.test) for f in each.facts))
        for each in reasons
    )


@lru_cache(maxsize=128)
def _render(shape: _Shape) -> bytes:
    plan = of_any_quote(shape.plan)
    block = outline(plan)
    nodes = tuple(blocks.nodes(block))
    root = etree.Element(f"{BPMN}definitions", ROOT, nsmap=PREFIXES)
    process = elements.process(root, plan.process, nodes)
    elements.add(process, nodes, tuple(blocks.flows(block)))
    elements.signals(root, nodes)
    diagram.add(root, plan.process, draw(block))
    return written(root)


def written(root: etree._Element) -> bytes:
    """
    The file of a definition. Raises BpmnError if an id is no XML name or not unique.
    """
    _check_ids(tuple(element.get("id") for element in root.iter("*")))
    text = etree.tostring(root, encoding="UTF-8", pretty_print=True)
    # As Modeler writes it, so that opening and saving a file changes no line.
    return DECLARATION + text.replace(b"/>", b" />")


def _check_ids(used: tuple[str | None, ...]) -> None:
    # Only names of the policy, or of a step that is drawn in a slot, can be at fault.
    problems = tuple(
        Problem(
            file="process.bpmn",
            line=0,
            code="bad-id",
            element=each,
            sentence=f"Expected '{each}' to be an XML name used once, but it is not.",
        )
        for each, number in Counter(used).items()
        if each is not None and (number > 1 or not XML_NAME.fullmatch(each))
    )
    if problems:
        raise BpmnError(*problems)
