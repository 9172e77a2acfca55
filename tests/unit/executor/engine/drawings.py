"""
Process definitions for tests, as text; see also `stock.in_stock_words`.
"""

import itertools

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="test">\n'
)

TERMINATE = "<bpmn:terminateEventDefinition/>"
ERROR = "<bpmn:errorEventDefinition/>"
ESCALATION = "<bpmn:escalationEventDefinition/>"


def definitions(*parts, after=""):
    """
    A file with one process of these parts, one to a line.
    """
    process = "\n".join(parts)
    return (
        f'{HEAD}<bpmn:process id="standard" isExecutable="true">\n{process}\n'
        f"</bpmn:process>\n{after}\n</bpmn:definitions>"
    ).encode()


def start(name="submitted"):
    return f'<bpmn:startEvent id="{name}"/>'


def end(name, how=""):
    return f'<bpmn:endEvent id="{name}">{how}</bpmn:endEvent>'


def task(name, inside=""):
    return f'<bpmn:userTask id="{name}" name="{name}">{inside}</bpmn:userTask>'


def properties(**values):
    items = "".join(
        f'<camunda:property name="{name}" value="{value}"/>'
        for name, value in values.items()
    )
    return (
        "<bpmn:extensionElements><camunda:properties>"
        f"{items}</camunda:properties></bpmn:extensionElements>"
    )


def gateway(kind, name, default=None):
    chosen = f' default="{default}"' if default else ""
    return f'<bpmn:{kind}Gateway id="{name}"{chosen}/>'


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


def timer(name, host, *, interrupting=False, duration="PT24H", inside=""):
    cancel = str(interrupting).lower()
    return (
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}"'
        f' cancelActivity="{cancel}">{inside}<bpmn:timerEventDefinition>'
        f"<bpmn:timeDuration>{duration}</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def subprocess(name, *parts):
    inside = "\n".join(parts)
    return f'<bpmn:subProcess id="{name}">\n{inside}\n</bpmn:subProcess>'


OOPS = '<bpmn:error id="oops" errorCode="oops"/>'
THROWN = ERROR.replace("/>", ' errorRef="oops"/>')


def catch(name, host):
    """
    What catches the error `OOPS` that its host throws.
    """
    return (
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}">'
        f"{THROWN}</bpmn:boundaryEvent>"
    )


def ends():
    """
    The four ends of a rendered process.
    """
    return "\n".join(
        (
            end("approved"),
            end("rejected", TERMINATE),
            end("returned", TERMINATE),
            end("undecided", ERROR),
        )
    )


def step(name, target, several=""):
    """
    A step as we render it: task with two timers, then its gateway; flows out of both.
    """
    escalation = properties(kind="escalation", level="1")
    decided, task_id = f"decided_{name}", f"task_{name}"
    return "\n".join(
        (
            task(task_id, properties(step=name) + several),
            timer(f"remind_{name}_1", task_id, duration="PT12H"),
            end(f"reminded_{name}_1", ESCALATION),
            flow(f"remind_{name}_1", f"reminded_{name}_1"),
            timer(f"due_{name}", task_id, inside=escalation),
            end(f"escalated_{name}", ESCALATION),
            flow(f"due_{name}", f"escalated_{name}"),
            gateway("exclusive", decided, default=f"from_{decided}_to_undecided"),
            flow(task_id, decided),
            flow(decided, target, f"${{outcome_{name} == 'approved'}}"),
            flow(decided, "rejected", f"${{outcome_{name} == 'rejected'}}"),
            flow(decided, "returned", f"${{outcome_{name} == 'returned'}}"),
            flow(decided, "undecided"),
        )
    )


def single(name="finance", several=""):
    """
    One step and nothing else.
    """
    first = flow("submitted", f"task_{name}")
    return definitions(start(), ends(), first, step(name, "approved", several))


def stages(*steps):
    """
    Stages one after the other, each a tuple of steps side by side.
    """
    parts = [start(), ends()]
    before = "submitted"
    for number, names in enumerate(steps, start=1):
        fork, join = f"fork_{number}", f"join_{number}"
        parts += [
            gateway("parallel", fork),
            gateway("parallel", join),
            flow(before, fork),
            *(flow(fork, f"task_{name}") for name in names),
            *(step(name, join) for name in names),
        ]
        before = join
    return definitions(*parts, flow(before, "approved"))


def rework(condition):
    """
    A round of finance and legal side by side, anew while the condition holds.
    """
    return definitions(
        start(),
        end("approved"),
        task("prepare"),
        gateway("parallel", "fork"),
        task("finance"),
        timer("remind", "finance"),
        end("reminded", ESCALATION),
        flow("remind", "reminded"),
        task("legal"),
        gateway("parallel", "join"),
        gateway("exclusive", "again", default="from_again_to_vp"),
        task("vp"),
        path("submitted", "prepare", "fork", "finance", "join", "again"),
        path("fork", "legal", "join"),
        flow("again", "prepare", condition),
        path("again", "vp", "approved"),
    )


def opened(snapshot):
    """
    The ids of the tasks that wait.
    """
    return [task.element for task in snapshot.position.tasks]
