"""
The elements of a workflow's drawing → what the page says of each, and marks there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from approval_engine.definitions.model import Kind
from approval_engine.errors import ApprovalEngineError
from approval_engine.executor import engine
from approval_engine.executor.elements import Course, Element, State, elements
from approval_engine.executor.trail import trail
from approval_engine.web import context
from approval_engine.web.dossier import Dossier

LEGEND: Mapping[State, tuple[str, str]] = {
    State.FINISHED: ("✓", "Finished"),
    State.ACTIVE: ("◷", "Waits"),
    State.OVERDUE: ("▲", "Overdue"),
    State.CANCELLED: ("–", "Cancelled"),
    State.AHEAD: ("·", "Not reached"),
}
"""Sign and words of every state."""

MARKS = tuple((each, *LEGEND[each]) for each in LEGEND if each is not State.AHEAD)
"""What the legend of a drawing tells: nothing is drawn where nothing has come yet."""

_TIMERS = frozenset({Kind.BOUNDARY, Kind.CATCH})
_WORDS: Mapping[tuple[State, str], str] = {
    (State.FINISHED, "timer"): "Rang",
    (State.FINISHED, "other"): "Passed",
    (State.FINISHED, "end"): "Reached",
    (State.ACTIVE, "task"): "Waits for an answer",
    (State.ACTIVE, "timer"): "Runs",
    (State.ACTIVE, "other"): "Waits for the other branches",
    (State.ACTIVE, "subprocess"): "Under way",
    (State.OVERDUE, "timer"): "Due and not rung yet",
    (State.CANCELLED, "task"): "Closed without an answer",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """
    One element with its sign and words; `arrived` are names of elements before a join.
    """

    element: Element
    name: str
    sign: str
    words: str
    arrived: tuple[str, ...] = ()


def shown(found: Dossier) -> tuple[Shown, ...]:
    """
    Every element of the drawing that the workflow runs on.
    """
    runtime, definition = context.runtime(), found.definition
    log = tuple(entry.event for entry in found.entries)
    with runtime.database.read() as transaction:
        passed = trail(runtime, transaction, found.workflow, log)
    course = Course(
        workflow=found.workflow,
        log=log,
        trail=passed,
        arrived=_arrived(found),
        now=runtime.clock(),
    )
    names = {node.id: _name(node.name, node.id) for node in definition.nodes.values()}
    return tuple(
        _shown(each, names) for each in elements(definition.nodes.values(), course)
    )


def _arrived(found: Dossier) -> Mapping[str, tuple[str, ...]]:
    try:
        return engine.arrived(found.definition, found.workflow.state)
    except ApprovalEngineError:
        # A state that somebody altered is an incident; the page is shown all the same.
        return {}


def _shown(element: Element, names: Mapping[str, str]) -> Shown:
    sign, words = LEGEND[element.state]
    return Shown(
        element=element,
        name=names[element.node.id],
        sign=sign,
        words=_WORDS.get((element.state, _group(element.node.kind)), words),
        arrived=tuple(names.get(each, each) for each in element.arrived),
    )


def _group(kind: Kind) -> str:
    if kind in _TIMERS:
        return "timer"
    named = {Kind.TASK: "task", Kind.END: "end", Kind.SUBPROCESS: "subprocess"}
    return named.get(kind, "other")


def _name(name: str, its_id: str) -> str:
    return " ".join(name.split()) or its_id
