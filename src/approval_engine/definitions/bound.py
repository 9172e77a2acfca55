"""
A definition and the decisions it asks: which bytes of them it is bound to for ever.

They stand in a property of the process, so that the hash of a definition covers them.
"""

from collections.abc import Mapping

from lxml import etree

from approval_engine.definitions.extensions import within
from approval_engine.definitions.model import Process
from approval_engine.definitions.namespaces import BPMN, CAMUNDA
from approval_engine.definitions.tree import parse

DECISIONS = "decisions"
"""The property of a process that pairs the id of each decision with a hash."""


def bind(xml: bytes, decisions: Mapping[str, str]) -> bytes:
    """
    The definition, bound to the decisions with these hashes of their files, by id.
    """
    if not decisions:
        return xml
    root = parse(xml, "process.bpmn")
    for process in root.findall(f"{BPMN}process"):
        if process.get("isExecutable") == "true":
            pairs = (f"{name}={digest}" for name, digest in sorted(decisions.items()))
            _put(process, ",".join(pairs))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def decisions_of(process: Process) -> dict[str, str]:
    """
    The hash of the file of each decision that a process is bound to, by its id.
    """
    text = process.properties.get(DECISIONS, "")
    pairs = (pair.rpartition("=") for pair in text.split(",") if pair)
    return {name: digest for name, _, digest in pairs}


def _put(process: etree._Element, value: str) -> None:
    properties = within(process, "properties")
    for known in properties.findall(f"{CAMUNDA}property[@name='{DECISIONS}']"):
        properties.remove(known)
    attributes = {"name": DECISIONS, "value": value}
    etree.SubElement(properties, f"{CAMUNDA}property", attributes)
