"""
A file and the fields that its reader inferred → the same file with the fields in it.

Whether a name is a field depends on the policy of the day a process is deployed; what
runs must not, so what was inferred is written down.
"""

from lxml import etree

from approval_engine.definitions.extensions import within
from approval_engine.definitions.model import Field, Process
from approval_engine.definitions.namespaces import BPMN, CAMUNDA
from approval_engine.definitions.tree import parse


def declare(xml: bytes, process: Process) -> bytes:
    """
    The file with every inferred field of the process that was read from it.
    """
    missing = {
        node.id: [field for field in node.work.fields if field.inferred]
        for node in process.nodes()
        if node.work is not None
    }
    if not any(missing.values()):
        return xml
    root = parse(xml, "process.bpmn")
    for element in root.iter(f"{BPMN}*"):
        for field in missing.get(element.get("id", ""), ()):
            _put(element, field)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _put(task: etree._Element, field: Field) -> None:
    attributes = {"id": field.id, "type": field.type}
    declared = etree.SubElement(
        within(task, "formData"), f"{CAMUNDA}formField", attributes
    )
    rules = etree.SubElement(declared, f"{CAMUNDA}validation")
    etree.SubElement(rules, f"{CAMUNDA}constraint", {"name": "required"})
