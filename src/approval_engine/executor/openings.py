"""
Where the engine waits → the seats that open there, and the timers of their steps.

Who gets a seat is for the caller to say; when it is due comes from the step's calendar.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from approval_engine.domain.calendar import WorkingTime, add_hours
from approval_engine.domain.events import Fact, stamp
from approval_engine.domain.spans import hours_of
from approval_engine.domain.timers import TimerKind
from approval_engine.domain.workflow import Task
from approval_engine.executor import engine
from approval_engine.executor.added import Added, ask_again
from approval_engine.executor.notices import Members, nobody
from approval_engine.executor.projection import Pinned
from approval_engine.executor.recorder import Recorder
from approval_engine.planner.opening import Seat, planned_seats
from approval_engine.planner.plan import PlannedStep

Calendars = Callable[[str], WorkingTime]
"""The working time of a calendar, by its name in the policy."""

TakeTaskIds = Callable[[int], tuple[str, ...]]
"""That many new task ids, rising."""

SeatsOf = Callable[[PlannedStep], tuple[Seat, ...]]
"""Who has the seats of a step that opens, as many as were planned."""

Known = Callable[[Recorder, Task], Mapping[str, object] | None]
"""The approval by which a seat that just opened is answered already, or None."""


def nothing_known(recorder: Recorder, task: Task) -> None:
    """
    Nobody answered the seat before.
    """
    del recorder, task


def nobody_added() -> Added:
    """
    No approver of an earlier workflow wanted anybody asked besides.
    """
    return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Openings:
    """
    What a command brings to the steps that open: calendars, ids, people, old approvals.

    `added` are those whom an earlier workflow asked besides; it is asked when needed.
    `members` finds whom a notice of the process is for.
    """

    calendars: Calendars
    take: TakeTaskIds
    seats_of: SeatsOf = planned_seats
    known: Known = nothing_known
    added: Callable[[], Added] = nobody_added
    members: Members = nobody


def seats_to_open(pinned: Pinned) -> int:
    """
    How many tasks a workflow opens when it begins.
    """
    position = engine.start(pinned.definition, pinned.facts).position
    return sum(step.staffing.seats for step, _ in _unopened(pinned, position, ()))


def open_seats(recorder: Recorder, openings: Openings) -> tuple[str, ...]:
    """
    Record the seats of every step at which the engine came to wait; their task ids.
    """
    position = recorder.position
    found = _unopened(recorder.pinned, position, recorder.workflow.tasks)
    taken = openings.take(sum(step.staffing.seats for step, _ in found))
    ids = iter(taken)
    for step, waiting in found:
        place = (waiting.element, waiting.occurrence)
        timers = [t for t in position.timers if (t.task, t.occurrence) == place]
        calendar = openings.calendars(step.calendar)
        clock = recorder.clocks.get(step.id)
        fresh = due(recorder.at, sla_hours(recorder.pinned, step), calendar)
        for number, seat in enumerate(openings.seats_of(step), start=1):
            rows = _timers(recorder, step, timers, calendar) if number == 1 else []
            data = {
                "step": step.id,
                "element": waiting.element,
                "occurrence": waiting.occurrence,
                "seat": number,
                **_asking(seat),
                "dueAt": stamp(clock.due_at) if clock else fresh,
                "timers": rows,
            }
            recorder.note(Fact.TASK_OPENED, data, next(ids))
    # Tasks stand in the order of their numbers, so these come last of all.
    return (*taken, *_open_added(recorder, found, openings))


def _open_added(
    recorder: Recorder,
    found: Iterable[tuple[PlannedStep, engine.OpenTask]],
    openings: Openings,
) -> tuple[str, ...]:
    added = openings.added() if found else {}
    ids: tuple[str, ...] = ()
    for step, waiting in found:
        if people := added.get(step.id):
            place = (waiting.element, waiting.occurrence)
            due_at = due(recorder.at, step.sla_hours, openings.calendars(step.calendar))
            asked = (people, openings.take)
            ids += ask_again(recorder, step, place, due_at, asked)
    return ids


# All seats and timers that open at one instant with the same hours share the result.
@lru_cache(maxsize=64)
def due(at: datetime, hours: Decimal, calendar: WorkingTime) -> str:
    """
    The stamp of the instant when that much working time has passed.
    """
    return stamp(add_hours(calendar, at, hours))


def timer_row(
    element: str, kind: TimerKind, due_at: str, level: int = 1, occurrence: int = 1
) -> dict[str, object]:
    """
    A timer as the event that sets it holds it.
    """
    return {
        "element": element,
        "occurrence": occurrence,
        "kind": str(kind),
        "level": level,
        "dueAt": due_at,
    }


def _unopened(
    pinned: Pinned, position: engine.Position, tasks: tuple[Task, ...]
) -> list[tuple[PlannedStep, engine.OpenTask]]:
    known = {(task.element, task.occurrence) for task in tasks}
    # What a process asks beside the policy is planned under the id of its task.
    step_of = {task.id: task.step or task.id for task in pinned.definition.tasks}
    found = [
        (pinned.step(step_of[task.element]), task)
        for task in position.tasks
        if (task.element, task.occurrence) not in known
    ]
    # People read task numbers in the order of the policy.
    order = [step.id for step in pinned.plan.steps]
    return sorted(found, key=lambda pair: order.index(pair[0].id))


def _asking(seat: Seat) -> dict[str, object]:
    data: dict[str, object] = {
        "role": seat.role,
        "candidates": seat.candidates,
        "assignee": seat.assignee,
    }
    if seat.principal:
        data |= {"principal": seat.principal, "windows": seat.windows}
    return data | ({"away": seat.away} if seat.away else {})


def _timers(
    recorder: Recorder,
    step: PlannedStep,
    timers: Iterable[engine.OpenTimer],
    calendar: WorkingTime,
) -> list[dict[str, object]]:
    drawn = {timer.id: timer for timer in recorder.pinned.definition.timers}
    clock = recorder.clocks.get(step.id)
    rows: list[dict[str, object]] = []
    for timer in timers:
        element = drawn[timer.element]
        if "kind" not in element.properties:
            # The process drew it for itself.
            continue
        kind = TimerKind(element.properties["kind"])
        level = int(element.properties["level"])
        hours = _drawn_hours(recorder.pinned, timer)
        if hours is None:
            hours = _hours(step, kind, level, element)
        due_at = due(recorder.at, hours, calendar)
        if clock:
            due_at = stamp(clock.rings_at(timer.element, kind, recorder.at))
        row = timer_row(timer.element, kind, due_at, level, timer.occurrence)
        rows.append(row)
    return rows


def sla_hours(pinned: Pinned, step: PlannedStep) -> Decimal:
    """
    How long a step may take: as the policy says, unless its drawing has the last word.
    """
    first = (
        _drawn_hours(pinned, timer)
        for timer in pinned.definition.timers
        if timer.properties.get("kind") == TimerKind.ESCALATION
        and timer.properties.get("level") == "1"
        and pinned.definition.nodes[timer.task].properties.get("step") == step.id
    )
    return next((hours for hours in first if hours is not None), step.sla_hours)


def _drawn_hours(
    pinned: Pinned, timer: engine.OpenTimer | engine.TimerElement
) -> Decimal | None:
    """
    The hours that stand at a timer, where its task says `sla` = `process`.
    """
    task = pinned.definition.nodes[timer.task]
    if task.properties.get("sla") != "process":
        return None
    element = timer.element if isinstance(timer, engine.OpenTimer) else timer.id
    event = pinned.definition.nodes[element].event
    found = event.timer if event else None
    return hours_of(found.span) if found and found.span else None


def _hours(
    step: PlannedStep, kind: TimerKind, level: int, drawn: engine.TimerElement
) -> Decimal:
    if kind is TimerKind.REMINDER:
        planned = step.remind_after_hours
        # What the policy does not remind of, the process may.
        ours = level <= len(planned)
        return planned[level - 1] if ours else hours_of(drawn.timer.span)
    if level <= len(step.escalations):
        return step.escalations[level - 1].after_hours
    return step.sla_hours
