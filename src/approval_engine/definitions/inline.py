"""
A process that calls others → one that holds them, each as a subprocess of its caller.

The engine runs one definition and a diagram shows one, so what is called is copied in
where it is called, under ids that begin with the caller's.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy

from lxml import etree

from approval_engine.definitions import ids
from approval_engine.definitions.expand import SLOT
from approval_engine.definitions.namespaces import BPMN, BPMNDI, XSI
from approval_engine.definitions.tree import parse

_REFERENCES = frozenset(
    {
        "sourceRef",
        "targetRef",
        "attachedToRef",
        "default",
        "errorRef",
        "escalationRef",
        "bpmnElement",
    }
)
_NAMED = tuple(f"{BPMN}{name}" for name in ("incoming", "outgoing", "flowNodeRef"))
_KEPT = tuple(f"{BPMN}{name}" for name in ("documentation", "incoming", "outgoing"))
# What belongs to a process as such, and not to the work that it holds.
_LEFT = tuple(f"{BPMN}{name}" for name in ("documentation", "extensionElements"))
_SIGNALS = (f"{BPMN}error", f"{BPMN}escalation")
_DIAGRAM = f"{BPMNDI}BPMNDiagram"


def calls_of(xml: bytes, file: str = "process.bpmn") -> tuple[str, ...]:
    """
    The processes that a file calls, each once, in its order; slots are no calls.
    """
    found = (str(call.get("calledElement")) for call in _calls(parse(xml, file)))
    return tuple(dict.fromkeys(found))


def inline(xml: bytes, called: Mapping[str, bytes]) -> bytes:
    """
    The file with what it calls, and what that calls, in the place of the calls.

    `called` has the bytes of every process that is called at any depth, which must not
    be a circle.
    """
    root = parse(xml, "process.bpmn")
    calls = tuple(_calls(root))
    if not calls:
        return xml
    for call in calls:
        body = inline(called[call.get("calledElement", "")], called)
        _put(root, call, parse(body, "called.bpmn"))
    # The schema wants diagrams last.
    root.extend(root.findall(_DIAGRAM))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _calls(root: etree._Element) -> Iterator[etree._Element]:
    for call in root.iter(f"{BPMN}callActivity"):
        if call.get("calledElement") not in {None, SLOT}:
            yield call


def _put(root: etree._Element, call: etree._Element, other: etree._Element) -> None:
    identity = call.get("id", "")
    (process,) = (
        each
        for each in other.findall(f"{BPMN}process")
        if each.get("isExecutable") == "true"
    )
    name = process.get("id", "")
    _rename(other, identity, name)
    element = etree.Element(f"{BPMN}subProcess", {"id": identity})
    if call.get("name"):
        element.set("name", call.get("name", ""))
    element.extend(each for each in list(call) if each.tag in _KEPT)
    element.extend(each for each in list(process) if each.tag not in _LEFT)
    parent = call.getparent()
    if parent is not None:
        element.tail = call.tail
        parent.replace(call, element)
    root.extend(other.findall(f"{BPMN}error") + other.findall(f"{BPMN}escalation"))
    if root.findall(_DIAGRAM):
        _draw(root, identity, other)


def _rename(other: etree._Element, caller: str, process: str) -> None:
    """
    Let every id begin with the caller's, and every reference with it.
    """
    known = {each.get("id") for each in other.iter("*")} - {None}
    new = {each: f"{caller}_{each}" for each in known if each} | {process: caller}
    tasks = [each.get("id", "") for each in other.iter(f"{BPMN}*") if each.get("id")]
    outcomes = {ids.outcome(task): ids.outcome(new[task]) for task in tasks}
    words = re.compile(r"\boutcome_\w+")

    def said(text: str) -> str:
        return words.sub(lambda m: outcomes.get(m.group(), m.group()), text)

    for element in other.iter("*"):
        # Its value has a prefix, which the caller need not know.
        element.attrib.pop(f"{XSI}type", "")
        for attribute, text in element.attrib.items():
            value = str(text)
            if attribute == "id" or attribute in _REFERENCES:
                element.set(attribute, new.get(value, value))
            elif "outcome_" in value:
                element.set(attribute, said(value))
        written = element.text
        if written and element.tag in _NAMED:
            element.text = new.get(written.strip(), written)
        elif written and "outcome_" in written:
            element.text = said(written)


def _draw(root: etree._Element, identity: str, other: etree._Element) -> None:
    for shape in root.iter(f"{BPMNDI}BPMNShape"):
        if shape.get("bpmnElement") == identity:
            shape.set("isExpanded", "false")
    root.extend(deepcopy(each) for each in other.findall(_DIAGRAM))
