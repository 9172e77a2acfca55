"""
A workflow and where it went → the state of every element of its drawing; pure.

Steps say it by their tasks, timers by what waits for the clock, everything else by
whether a token passed it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from approval_engine.definitions.model import Graph, Kind, Node
from approval_engine.domain.events import Event, instant
from approval_engine.domain.lifecycle import ANSWERED
from approval_engine.domain.timers import PendingTimer
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor.trail import Passage


class State(StrEnum):
    """
    Where an element stands.
    """

    FINISHED = "finished"  # somebody decided it, it rang, or it was passed
    ACTIVE = "active"  # it waits: for people, for the clock, or for other branches
    OVERDUE = "overdue"  # it waits, and its time is over
    CANCELLED = "cancelled"  # it waited and was closed without an answer
    AHEAD = "ahead"  # nothing has come here


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """
    One element: its tasks, oldest first, and the events by which it was passed.

    `due_at` is when it is due while it waits. `arrived` are, at a join that waits, the
    elements that are done. `events` are all that happened there, in their order.
    """

    node: Node
    state: State
    tasks: tuple[Task, ...] = ()
    events: tuple[Event, ...] = ()
    due_at: datetime | None = None
    arrived: tuple[str, ...] = ()

    @property
    def since(self) -> datetime | None:
        """
        When something first came here, as far as is known.
        """
        opened = [task.opened_at for task in self.tasks]
        passed = [instant(event.timestamp) for event in self.events]
        return min((*opened, *passed), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """
    How far a workflow has come: what was passed and its log, and who waits at joins.
    """

    workflow: Workflow
    log: tuple[Event, ...]
    trail: tuple[Passage, ...]
    arrived: Mapping[str, tuple[str, ...]]
    now: datetime


def elements(nodes: Iterable[Node], course: Course) -> tuple[Element, ...]:
    """
    Every element: those that were reached in that order, what waits, and what is ahead.
    """
    known = {node.id: _element(node, course) for node in nodes}
    found = [_with_inside(each, known) for each in known.values()]
    reached = [each for each in found if each.since is not None]
    others = [each for each in found if each.since is None]
    return (
        *sorted(reached, key=lambda each: each.since or course.now),
        *sorted(others, key=lambda each: each.state is State.AHEAD),
    )


def _element(node: Node, course: Course) -> Element:
    tasks = tuple(t for t in course.workflow.tasks if t.element == node.id)
    passed = tuple(each.event for each in course.trail if each.element == node.id)
    rings = [t for t in course.workflow.timers if t.element == node.id]
    arrived = course.arrived.get(node.id, ())
    due_at = _due(tasks, rings)
    if due_at or rings or arrived:
        late = due_at is not None and due_at <= course.now
        state = State.OVERDUE if late else State.ACTIVE
    else:
        state = _closed(tasks, passed)
    ids = {task.id for task in tasks}
    seen = {each.seq for each in passed}
    return Element(
        node=node,
        state=state,
        tasks=tasks,
        events=tuple(e for e in course.log if e.task_id in ids or e.seq in seen),
        due_at=due_at,
        arrived=arrived,
    )


def _due(tasks: Iterable[Task], rings: Iterable[PendingTimer]) -> datetime | None:
    open_tasks = (task.due_at for task in tasks if task.is_open)
    running = (timer.due_at for timer in rings if timer.paused_at is None)
    return min((*open_tasks, *running), default=None)


def _closed(tasks: tuple[Task, ...], passed: tuple[Event, ...]) -> State:
    if passed or any(task.status in ANSWERED for task in tasks):
        return State.FINISHED
    return State.CANCELLED if tasks else State.AHEAD


_FIRST = (State.OVERDUE, State.ACTIVE, State.CANCELLED, State.FINISHED)


def _with_inside(element: Element, known: Mapping[str, Element]) -> Element:
    """
    A subprocess stands where what is in it stands; it is entered before it is left.
    """
    body = element.node.body
    if element.node.kind is not Kind.SUBPROCESS or body is None:
        return element
    inside = {known[each].state for each in _ids(body) if each in known}
    if element.state is State.AHEAD:
        return element
    state = next((each for each in _FIRST if each in inside), element.state)
    return Element(node=element.node, state=state, events=element.events)


def _ids(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        yield node.id
        if node.body is not None:
            yield from _ids(node.body)
