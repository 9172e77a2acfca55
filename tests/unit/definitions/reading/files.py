"""
Process definitions as text, put together for tests.
"""

import itertools

import pytest

from approval_engine.definitions.reading import read
from approval_engine.errors import BpmnError

SPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "modeler": "http://camunda.org/schema/modeler/1.0",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
HEAD = (
    "<bpmn:definitions"
    + "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
    + ' id="definitions" targetNamespace="test">\n'
)
TERMINATE = "<bpmn:terminateEventDefinition/>"
ERROR = "<bpmn:errorEventDefinition/>"
ESCALATION = "<bpmn:escalationEventDefinition/>"


ASKED = 'camunda:candidateGroups="deal_desk"'
"""Somebody whom a task asks."""


def process(*parts, outside="", attributes=""):
    """
    A file with one process of these parts, one to a line.
    """
    inside = "\n".join(parts)
    return (
        f'{HEAD}{outside}<bpmn:process id="deal" isExecutable="true" {attributes}>\n'
        f"{inside}\n</bpmn:process>\n</bpmn:definitions>"
    ).encode()


def around(*parts, inside="", attributes="", outside=""):
    """
    One user task `a` between start and end, with what is put into and beside it.
    """
    return process(
        start(),
        element("userTask", "a", inside, attributes),
        end("approved"),
        path("submitted", "a", "approved"),
        *parts,
        outside=outside,
    )


def between(*parts, middle="x", outside=""):
    """
    A process whose only path leads through a node that the parts draw.
    """
    return process(
        start(),
        *parts,
        end("approved"),
        path("submitted", middle, "approved"),
        outside=outside,
    )


def decided(*flows, default=True, inside="", attributes=""):
    """
    A user task `a` and a gateway `choice`, whose flows lead to approved or rejected.
    """
    over = ' default="over"' if default else ""
    return process(
        start(),
        element("userTask", "a", inside, attributes),
        f'<bpmn:exclusiveGateway id="choice"{over}/>',
        end("approved"),
        end("rejected", TERMINATE),
        path("submitted", "a", "choice"),
        *flows,
        flow("choice", "rejected", name="over"),
    )


def element(tag, name, inside="", attributes=""):
    return f'<bpmn:{tag} id="{name}" {attributes}>{inside}</bpmn:{tag}>'


def start(name="submitted", inside=""):
    return element("startEvent", name, inside)


def end(name, how=""):
    return element("endEvent", name, how)


def task(name, inside="", attributes=""):
    return element("userTask", name, inside, attributes)


def extended(text):
    return f"<bpmn:extensionElements>{text}</bpmn:extensionElements>"


def properties(space="camunda", **values):
    items = "".join(
        f'<{space}:property name="{name}" value="{value}"/>'
        for name, value in values.items()
    )
    return extended(f"<{space}:properties>{items}</{space}:properties>")


def gateway(kind, name, default=None):
    chosen = f'default="{default}"' if default else ""
    return element(f"{kind}Gateway", name, attributes=chosen)


def flow(source, target, condition=None, name=None):
    text = ""
    if condition is not None:
        text = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>"
    name = name or f"from_{source}_to_{target}"
    return (
        f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}"'
        f' targetRef="{target}">{text}</bpmn:sequenceFlow>'
    )


def path(*names):
    """
    Flows from each to the next.
    """
    return "\n".join(flow(a, b) for a, b in itertools.pairwise(names))


def timed(text, kind="timeDuration"):
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition>"
    )


def boundary(name, host, event, *, interrupting=False):
    cancel = str(interrupting).lower()
    attributes = f'attachedToRef="{host}" cancelActivity="{cancel}"'
    return element("boundaryEvent", name, event, attributes)


def late(text, kind="timeDuration"):
    """
    A process whose task `a` has a timer `late`.
    """
    return around(boundary("late", "a", timed(text, kind)), path("late", "approved"))


def subprocess(name, *parts, inside=("b",)):
    return element(
        "subProcess",
        name,
        "\n".join(
            (
                start(f"start_{name}"),
                *map(task, inside),
                end(f"end_{name}"),
                path(f"start_{name}", *inside, f"end_{name}"),
                *parts,
            )
        ),
    )


def several(text="", attributes=""):
    tag = "multiInstanceLoopCharacteristics"
    return f"<bpmn:{tag} {attributes}>{text}</bpmn:{tag}>"


def problems(xml, names=None):
    """
    Code and element of every problem in a file that is refused.
    """
    return [(p.code, p.element) for p in refused(xml, names)]


def refused(xml, names=None):
    with pytest.raises(BpmnError) as refusal:
        read(xml, "mine.bpmn", names)
    return refusal.value.problems


def node(xml, name="a", names=None):
    """
    One node of a file that is accepted.
    """
    found = read(xml, "mine.bpmn", names).process.nodes()
    return next(node for node in found if node.id == name)
