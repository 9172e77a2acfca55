"""
A process definition → a hash of what it means, whatever it looks like.

Moved boxes, another order of attributes, other prefixes or other white space, as a
modeler may leave them, give the same hash.
"""

from hashlib import sha256

from lxml import etree

from approval_engine.definitions.namespaces import BPMN, BPMNDI, XSI
from approval_engine.definitions.tree import parse

# Every sequence flow says the same again, and modelers write these in any order.
REPEATED = (f"{BPMN}incoming", f"{BPMN}outgoing")


def semantic_hash(xml: bytes) -> str:
    """
    SHA-256 over everything but the diagram, the comments and the name of the tool.

    Raises BpmnError if this cannot be read.
    """
    root = parse(xml)
    # The attributes of the root name the file, the tool and its version.
    root.attrib.clear()
    for element in (*root.iter(f"{BPMNDI}BPMNDiagram"), *root.iter(*REPEATED)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    canonical = etree.canonicalize(
        root,
        strip_text=True,
        rewrite_prefixes=True,
        qname_aware_attrs=[f"{XSI}type"],
    )
    return sha256(canonical.encode()).hexdigest()
