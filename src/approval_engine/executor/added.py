"""
Whom approvers added to a step: their seats, and who of them a later workflow asks too.

A revision takes nobody away whom an approver wanted asked: what he has approved may
stand, what he has not is asked again.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact
from approval_engine.domain.lifecycle import ANSWERED
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor.recorder import Recorder
from approval_engine.planner.plan import PlannedStep

Added = Mapping[str, tuple[str, ...]]
"""By step: the people who are asked besides those of the policy."""

Place = tuple[str, int]
"""Where the engine waits: an element and how often it was entered."""


def added_in(workflow: Workflow, log: Iterable[Event]) -> dict[str, tuple[str, ...]]:
    """
    Whom a workflow asked besides, or was still to ask.
    """
    found = dict(brought_along(log))
    for step in dict.fromkeys(task.step for task in workflow.tasks):
        seats = workflow.seats(step)
        last = {s.seat: s for s in seats if s.ad_hoc and not s.withdrawn}
        last |= {seat.seat: seat for seat in seats if seat.ad_hoc and _answered(seat)}
        people = [person for seat in last.values() if (person := _whose(seat))]
        coming = (person for seat in seats for person in seat.then_ask)
        found[step] = tuple(dict.fromkeys((*people, *coming)))
    return {step: people for step, people in found.items() if people}


def brought_along(log: Iterable[Event]) -> Added:
    """
    Whom a workflow asks besides because the one before it did.
    """
    planned = next(event for event in log if event.action == Fact.PLANNED)
    data: Any = load(planned.data.encode())
    return {step: tuple(people) for step, people in data.get("added", {}).items()}


def open_added(
    recorder: Recorder,
    step: PlannedStep,
    place: Place,
    due_at: str,
    seats: Iterable[tuple[str, str]],
) -> None:
    """
    Open a seat for each task id and person, behind those that the step has.
    """
    element, occurrence = place
    first = max(seat.seat for seat in recorder.workflow.seats(step.id)) + 1
    for number, (task_id, person) in enumerate(seats, first):
        data: dict[str, object] = {
            "step": step.id,
            "element": element,
            "occurrence": occurrence,
            "seat": number,
            "role": step.role,
            "candidates": (person,),
            "assignee": person,
            "dueAt": due_at,
            "timers": [],
            "adHoc": True,
        }
        recorder.note(Fact.TASK_OPENED, data, task_id)


def ask_again(
    recorder: Recorder,
    step: PlannedStep,
    place: Place,
    due_at: str,
    asked: tuple[Iterable[str], Callable[[int], tuple[str, ...]]],
) -> tuple[str, ...]:
    """
    Ask whom an earlier workflow asked besides, with fresh task ids; which these are.

    Whoever has a seat of the policy here says his word there.
    """
    people, take = asked
    seats = recorder.workflow.seats(step.id)
    busy = {person for seat in seats for person in (seat.assignee, seat.principal)}
    left = tuple(person for person in people if person not in busy)
    if not left:
        return ()
    ids = take(len(left))
    open_added(recorder, step, place, due_at, zip(ids, left, strict=True))
    return ids


def _answered(seat: Task) -> bool:
    return seat.status in ANSWERED


def _whose(seat: Task) -> str | None:
    if _answered(seat):
        return seat.closed_by
    return seat.principal or seat.assignee or next(iter(seat.candidates), None)
