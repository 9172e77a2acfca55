"""
Which elements may stand where: a process that the engine can run safely, nothing else.

What an analyst may draw is more and is translated before; this is the last gate.
"""

from collections.abc import Mapping

from lxml import etree

from approval_engine.definitions.namespaces import BPMN, BPMNDI, CAMUNDA
from approval_engine.executor.engine.source import Source

_TEXT: frozenset[str] = frozenset()
_ANNOTATION = frozenset({"documentation", "extensionElements"})
_NODE = _ANNOTATION | {"incoming", "outgoing"}

# Element → what may stand in it; the text elements hold text only.
_CHILDREN: Mapping[str, frozenset[str]] = {
    "definitions": _ANNOTATION | {"process", "error", "escalation"},
    "process": _ANNOTATION
    | {
        "startEvent",
        "endEvent",
        "userTask",
        "boundaryEvent",
        "exclusiveGateway",
        "parallelGateway",
        "sequenceFlow",
        "textAnnotation",
        "association",
    },
    "startEvent": _NODE,
    "endEvent": _NODE
    | {"terminateEventDefinition", "errorEventDefinition", "escalationEventDefinition"},
    "userTask": _NODE | {"multiInstanceLoopCharacteristics"},
    "boundaryEvent": _NODE | {"timerEventDefinition"},
    "exclusiveGateway": _NODE,
    "parallelGateway": _NODE,
    "sequenceFlow": _ANNOTATION | {"conditionExpression"},
    "multiInstanceLoopCharacteristics": frozenset({"completionCondition"}),
    "timerEventDefinition": frozenset({"timeDuration"}),
    "textAnnotation": frozenset({"text"}),
    "association": _ANNOTATION,
    "error": _ANNOTATION,
    "escalation": _ANNOTATION,
    "terminateEventDefinition": _TEXT,
    "errorEventDefinition": _TEXT,
    "escalationEventDefinition": _TEXT,
    "documentation": _TEXT,
    "incoming": _TEXT,
    "outgoing": _TEXT,
    "conditionExpression": _TEXT,
    "completionCondition": _TEXT,
    "timeDuration": _TEXT,
    "text": _TEXT,
}

# Attributes that would bring in another language, or a script from elsewhere.
_SCRIPTED = ("language", f"{CAMUNDA}resource")


def check(source: Source) -> None:
    """
    Note every element that is not allowed where it stands, and what hides in text.
    """
    root = source.root
    if root.tag != f"{BPMN}definitions":
        source.note(root, "element", f"Expected BPMN definitions, but got {root.tag}.")
        return
    _check_children(source, root)


def _check_children(source: Source, parent: etree._Element) -> None:
    allowed = _CHILDREN[_name(parent)]
    if not allowed:
        _check_text(source, parent)
        return
    for child in parent.iterchildren(etree.Element):
        name = _name(child)
        if child.tag == f"{BPMNDI}BPMNDiagram" and parent is source.root:
            continue
        if name not in allowed:
            _refuse(source, child, parent)
        elif name == "extensionElements":
            _check_extensions(source, child)
        else:
            _check_children(source, child)


def _check_text(source: Source, element: etree._Element) -> None:
    if len(element):
        sentence = (
            f"Expected only text in {_name(element)}, "
            "but a comment or element splits it."
        )
        source.note(element, "split_text", sentence)
    for attribute in _SCRIPTED:
        if element.get(attribute) is not None:
            sentence = f"Expected our condition language, but {attribute} asks another."
            source.note(element, "language", sentence)


def _check_extensions(source: Source, extensions: etree._Element) -> None:
    for child in extensions.iterchildren(etree.Element):
        if child.tag != f"{CAMUNDA}properties":
            _refuse(source, child, extensions)
            continue
        for item in child.iterchildren(etree.Element):
            if item.tag != f"{CAMUNDA}property" or len(item):
                _refuse(source, item, child)


def _refuse(source: Source, element: etree._Element, parent: etree._Element) -> None:
    sentence = f"Expected no {_name(element)} in {_name(parent)}: it does not run here."
    source.note(element, "element", sentence)


def _name(element: etree._Element) -> str:
    """
    The local name of a BPMN element; others keep their brackets, so none is mistaken.
    """
    tag = str(element.tag)
    return tag[len(BPMN) :] if tag.startswith(BPMN) else f"<{tag}>"
