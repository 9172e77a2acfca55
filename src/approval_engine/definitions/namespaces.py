"""
The XML namespaces of a process definition, by the prefixes that Camunda Modeler writes.
"""

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
MODELER = "{http://camunda.org/schema/modeler/1.0}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XML = "{http://www.w3.org/XML/1998/namespace}"

PREFIXES = {
    "bpmn": BPMN[1:-1],
    "bpmndi": BPMNDI[1:-1],
    "dc": DC[1:-1],
    "di": DI[1:-1],
    "camunda": CAMUNDA[1:-1],
    "xsi": XSI[1:-1],
    "modeler": MODELER[1:-1],
}
"""What a rendered definition declares."""

OLD_CAMUNDA = ("{http://activiti.org/bpmn}", "{http://www.camunda.com/fox}")
"""What older modelers write for the Camunda namespace; its words are the same."""

_SHORT = {
    BPMN: "bpmn",
    BPMNDI: "bpmndi",
    DC: "dc",
    DI: "di",
    CAMUNDA: "camunda",
    ZEEBE: "zeebe",
    MODELER: "modeler",
    XSI: "xsi",
    XML: "xml",
}


def short(name: str) -> str:
    """
    A name as a modeler shows it, such as `bpmn:userTask`; foreign ones stay as are.
    """
    space, close, local = name.rpartition("}")
    prefix = _SHORT.get(space + close)
    return f"{prefix}:{local}" if prefix else name
