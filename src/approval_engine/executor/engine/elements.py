"""
A drawing → its user tasks and timers, as the rest of the product knows them.
"""

from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from approval_engine.definitions.namespaces import BPMN, CAMUNDA
from approval_engine.executor.engine.drawing import Drawing
from approval_engine.executor.engine.model import TaskElement, TimerElement
from approval_engine.executor.engine.source import Source
from approval_engine.policy.conditions import ConditionError, parse_condition


def tasks(drawing: Drawing) -> tuple[TaskElement, ...]:
    """
    The user tasks, in document order.
    """
    return tuple(
        TaskElement(
            id=node.get("id", ""),
            step=properties(node).get("step"),
            name=node.get("name", ""),
        )
        for node in drawing.of("userTask")
    )


def timers(drawing: Drawing) -> tuple[TimerElement, ...]:
    """
    The boundary timers, in document order.
    """
    duration = f"{BPMN}timerEventDefinition/{BPMN}timeDuration"
    return tuple(
        TimerElement(
            id=node.get("id", ""),
            task=node.get("attachedToRef", ""),
            interrupting=node.get("cancelActivity", "true") == "true",
            duration=(node.findtext(duration) or "").strip(),
            properties=properties(node),
        )
        for node in drawing.of("boundaryEvent")
    )


def properties(node: etree._Element) -> Mapping[str, str]:
    """
    The camunda:properties of a node.
    """
    path = f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property"
    found = {p.get("name", ""): p.get("value", "") for p in node.findall(path)}
    return MappingProxyType(found)


def check(source: Source, drawing: Drawing) -> None:
    """
    Note user tasks whose seats the engine would have to count itself.
    """
    for node in drawing.of("userTask"):
        several = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
        if several is None:
            continue
        if "step" not in properties(node):
            sentence = (
                "Expected a property 'step' on a task for several people: "
                "who has answered is counted by its step's rule."
            )
            source.note(node, "step", sentence)
        text = several.findtext(f"{BPMN}completionCondition")
        _check_completion(source, node, text)


def _check_completion(source: Source, node: etree._Element, text: str | None) -> None:
    """
    It is only shown, never evaluated; but what is shown must be readable.
    """
    try:
        if text is not None:
            parse_condition(text)
    except ConditionError as error:
        sentence = f"Expected a completion condition, but {error.sentence}"
        source.note(node, "condition", sentence)
