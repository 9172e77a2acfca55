"""
The XML namespaces of a process definition, by the prefixes that Camunda Modeler writes.
"""

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
MODELER = "{http://camunda.org/schema/modeler/1.0}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

PREFIXES = {
    "bpmn": BPMN[1:-1],
    "bpmndi": BPMNDI[1:-1],
    "dc": DC[1:-1],
    "di": DI[1:-1],
    "camunda": CAMUNDA[1:-1],
    "xsi": XSI[1:-1],
    "modeler": MODELER[1:-1],
}
