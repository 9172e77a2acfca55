"""
A process and the steps of a policy → what of the process answers for one of them.

People's answers are counted by step and told by name, so nothing else may have the name
of a step, and no frame may draw a step beside the slots that hold it.
"""

from collections.abc import Iterable, Iterator

from approval_engine.definitions import ids
from approval_engine.definitions.elements import CLOCKS
from approval_engine.definitions.expand import expand
from approval_engine.definitions.model import Graph, Kind, Node, Process, Signal
from approval_engine.definitions.shape import STEP
from approval_engine.errors import BpmnError, Problem
from approval_engine.planner import frame
from approval_engine.planner.plan import RoutingPlan


def problems(process: Process, steps: Iterable[str], file: str) -> Iterator[Problem]:
    """
    The tasks that are taken for a step of a policy, or that are one where none may be.

    `steps` are those that the policy may ask, as far as it is known.
    """
    slots = any(node.kind is Kind.SLOT for node in process.nodes())
    tasks = [node for node in process.nodes() if node.kind is Kind.TASK]
    holders: dict[str, str] = {}
    for task in tasks:
        if STEP not in task.properties:
            continue
        step = task.properties[STEP]
        first = holders.setdefault(step, task.id)
        if slots:
            sentence = (
                f"Expected step '{step}' in a slot alone, but task '{task.id}' claims"
                " it as well: take its property 'step' away."
            )
            yield _problem(file, task, "step-in-frame", sentence)
        elif first != task.id:
            sentence = (
                f"Expected one task of step '{step}', but '{first}' is one and"
                f" '{task.id}' too: take the property 'step' of one away."
            )
            yield _problem(file, task, "step-twice", sentence)
    named = {ids.outcome(step): step for step in (*steps, *holders)}
    for task in tasks:
        step = named.get(ids.outcome(task.id), "")
        if step and task.properties.get(STEP) != step:
            yield _problem(file, task, "step-taken", _taken(task.id, step))


def stopped(graph: Graph, file: str) -> Iterator[Problem]:
    """
    The events by which a reminder or an escalation of a step would end that step.
    """
    for node in graph.nodes:
        if node.body is not None:
            yield from stopped(node.body, file)
        if not _holds_steps(node):
            continue
        for event in graph.boundaries.get(node.id, ()):
            if event.interrupting and _hears_our_clocks(event):
                sentence = (
                    f"Expected '{event.id}' to let '{node.id}' go on, for it catches"
                    " what a step throws when somebody is reminded: make it"
                    " non-interrupting, or give it a code of your own."
                )
                yield _problem(file, event, "step-interrupted", sentence)


def _holds_steps(node: Node) -> bool:
    if node.body is not None:
        return any(map(_holds_steps, node.body.nodes))
    return node.kind is Kind.SLOT or STEP in node.properties


def _hears_our_clocks(event: Node) -> bool:
    caught = event.event
    if caught is None or caught.signal is not Signal.ESCALATION:
        return False
    return caught.code is None or caught.code in CLOCKS


def colliding(
    xml: bytes, process: Process, plan: RoutingPlan, file: str
) -> Iterator[Problem]:
    """
    What in a frame has the id of an element by which a step of that plan is drawn.
    """
    slots = {n.id: n.steps for n in process.nodes() if n.kind is Kind.SLOT}
    lines = {node.id: node.line for node in process.nodes()}
    try:
        expand(xml, frame.parts(plan, slots))
    except BpmnError as error:
        for each in error.problems:
            sentence = (
                f"Expected another id than '{each.element}': a step is drawn with it"
                " where a slot holds the plan."
            )
            yield Problem(
                file=file,
                line=lines.get(each.element, process.line),
                code="step-taken",
                element=each.element,
                sentence=sentence,
            )


def _taken(task: str, step: str) -> str:
    return (
        f"Expected another id than '{task}': its answers would be taken for those of"
        f" step '{step}'."
    )


def _problem(file: str, node: Node, code: str, sentence: str) -> Problem:
    return Problem(
        file=file, line=node.line, code=code, element=node.id, sentence=sentence
    )
