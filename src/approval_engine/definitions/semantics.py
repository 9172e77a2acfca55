"""
A process definition → a hash of what it means, whatever it looks like.

Moved boxes, another order of attributes, other prefixes or other white space, as a
modeler may leave them, give the same hash.
"""

from hashlib import sha256

from lxml import etree

from approval_engine.definitions.namespaces import BPMN, BPMNDI, MODELER, XSI
from approval_engine.definitions.tree import parse

# Every sequence flow says the same again, and modelers write these in any order.
REPEATED = (f"{BPMN}incoming", f"{BPMN}outgoing")

TOOL = (
    "exporter",
    "exporterVersion",
    f"{MODELER}executionPlatform",
    f"{MODELER}executionPlatformVersion",
)

# The one attribute whose value has a prefix of its own.
TYPE = f"{XSI}type"


def semantic_hash(xml: bytes, file: str = "process.bpmn") -> str:
    """
    SHA-256 over everything but the diagram, the comments and what names the tool.

    Raises BpmnError if this cannot be read.
    """
    root = parse(xml, file)
    for attribute in TOOL:
        root.attrib.pop(attribute, "")
    for element in (*root.iter(f"{BPMNDI}BPMNDiagram"), *root.iter(*REPEATED)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    for element in root.iter("*"):
        if name := element.get(TYPE):
            element.set(TYPE, _without_prefix(name, element))
    canonical = etree.canonicalize(root, strip_text=True, rewrite_prefixes=True)
    return sha256(canonical.encode()).hexdigest()


def _without_prefix(name: str, element: etree._Element) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{element.nsmap.get(prefix or None)}}}{local}"
