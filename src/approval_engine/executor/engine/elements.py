"""
What the properties of a drawn node say, and where they are missing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from approval_engine.definitions.namespaces import BPMN, CAMUNDA
from approval_engine.executor.engine.drawing import Drawing
from approval_engine.executor.engine.source import Source
from approval_engine.policy.conditions import ConditionError, parse_condition


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
