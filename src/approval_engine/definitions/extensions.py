"""
The place of an element for what Camunda knows and BPMN does not.
"""

from lxml import etree

from approval_engine.definitions.namespaces import BPMN, CAMUNDA


def within(element: etree._Element, name: str) -> etree._Element:
    """
    Camunda's element of that name among an element's extensions, made if it is missing.
    """
    extension = element.find(f"{BPMN}extensionElements")
    if extension is None:
        extension = etree.Element(f"{BPMN}extensionElements")
        # The schema wants it behind the documentation and before all else.
        element.insert(len(element.findall(f"{BPMN}documentation")), extension)
    found = extension.find(f"{CAMUNDA}{name}")
    return etree.SubElement(extension, f"{CAMUNDA}{name}") if found is None else found
