"""
What an answer sets in motion: seats nobody needs any more, the next steps, the end.

Who gets a seat is for the caller to say; when it is due comes from the step's calendar.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from approval_engine.domain.calendar import WorkingTime, add_hours
from approval_engine.domain.events import Fact, stamp
from approval_engine.domain.lifecycle import ANSWERED, TaskMove
from approval_engine.domain.timers import TimerKind
from approval_engine.domain.workflow import Task
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.executor.projection import ENDINGS, Pinned
from approval_engine.executor.recorder import Recorder
from approval_engine.planner.opening import Seat, planned_seats
from approval_engine.planner.plan import PlannedStep

Calendars = Callable[[str], WorkingTime]
"""The working time of a calendar, by its name in the policy."""

TakeTaskIds = Callable[[int], tuple[str, ...]]
"""That many new task ids, rising."""


SeatsOf = Callable[[PlannedStep], tuple[Seat, ...]]
"""Who has the seats of a step that opens, as many as were planned."""


def advance(
    recorder: Recorder,
    calendars: Calendars,
    take: TakeTaskIds,
    seats_of: SeatsOf = planned_seats,
) -> None:
    """
    Record everything that follows from the last fact, up to the next wait or the end.
    """
    close_beside(recorder)
    if recorder.workflow.ended:
        finish(recorder, TaskMove.DISPENSE)
        return
    position = recorder.position
    waiting = {(task.element, task.occurrence) for task in position.tasks}
    settled = [
        task
        for task in recorder.workflow.open_tasks
        if (task.element, task.occurrence) not in waiting
    ]
    _close(recorder, settled, TaskMove.DISPENSE, "the step was decided without it")
    _open(recorder, position, calendars, take, seats_of)


def finish(recorder: Recorder, move: TaskMove) -> None:
    """
    Close what is still open with `move` and record how the workflow ended.

    Raises EngineError if it ended without a verdict: then nothing is decided.
    """
    close_all(recorder, move)
    workflow = recorder.workflow
    facts = {verdict: Fact(fact) for fact, (_, verdict) in ENDINGS.items()}
    if workflow.verdict not in facts:
        sentence = f"The engine ended {workflow.subject} at '{workflow.ended}'."
        raise EngineError(sentence)
    recorder.note(facts[workflow.verdict], _validity(recorder))


def close_all(recorder: Recorder, move: TaskMove) -> None:
    """
    Close what is still open, because the workflow ended.
    """
    _close(recorder, recorder.workflow.open_tasks, move, "the workflow ended")


def close_beside(recorder: Recorder) -> None:
    """
    Close the tasks that shared a seat with one that was answered.

    Who was asked first was overtaken by whoever was asked beside him, or the other way.
    """
    workflow = recorder.workflow
    answered = {_place(task): task for task in workflow.tasks if _has_answer(task)}
    for task in workflow.open_tasks:
        if other := answered.get(_place(task)):
            overtaken = task.escalation_level < other.escalation_level
            move = TaskMove.MOVE_ON if overtaken else TaskMove.DISPENSE
            _close(recorder, (task,), move, f"task {other.id} answered for its seat")


def seats_to_open(pinned: Pinned) -> int:
    """
    How many tasks a workflow opens when it begins.
    """
    position = engine.start(pinned.definition).position
    return sum(step.staffing.seats for step, _ in _unopened(pinned, position, ()))


def _place(task: Task) -> tuple[str, int, int]:
    return task.element, task.occurrence, task.seat


def _has_answer(task: Task) -> bool:
    return task.status in ANSWERED


def _validity(recorder: Recorder) -> dict[str, object]:
    """
    Until when the approval is good and what will tell, if it is one that ends.
    """
    validity = recorder.pinned.validity
    if validity is None or recorder.workflow.verdict != "approved":
        return {}
    ends_at, told_at = validity.ends_at(recorder.at), validity.told_at(recorder.at)
    timers = [timer_row("expiry:end", TimerKind.EXPIRY, stamp(ends_at))]
    if told_at is not None:
        timers.append(timer_row("expiry:notice", TimerKind.EXPIRING, stamp(told_at)))
    return {"validUntil": stamp(ends_at), "timers": timers}


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


def _close(
    recorder: Recorder, tasks: Iterable[Task], move: TaskMove, because: str
) -> None:
    for task in tasks:
        data = {"move": str(move), "because": because}
        recorder.note(Fact.TASK_CLOSED, data, task.id)


def _unopened(
    pinned: Pinned, position: engine.Position, tasks: tuple[Task, ...]
) -> list[tuple[PlannedStep, engine.OpenTask]]:
    known = {(task.element, task.occurrence) for task in tasks}
    step_of = {task.id: task.step or "" for task in pinned.definition.tasks}
    found = [
        (pinned.step(step_of[task.element]), task)
        for task in position.tasks
        if (task.element, task.occurrence) not in known
    ]
    # People read task numbers in the order of the policy.
    order = [step.id for step in pinned.plan.steps]
    return sorted(found, key=lambda pair: order.index(pair[0].id))


def _open(
    recorder: Recorder,
    position: engine.Position,
    calendars: Calendars,
    take: TakeTaskIds,
    seats_of: SeatsOf,
) -> None:
    found = _unopened(recorder.pinned, position, recorder.workflow.tasks)
    ids = iter(take(sum(step.staffing.seats for step, _ in found)))
    for step, waiting in found:
        place = (waiting.element, waiting.occurrence)
        timers = [t for t in position.timers if (t.task, t.occurrence) == place]
        calendar = calendars(step.calendar)
        due_at = due(recorder.at, step.sla_hours, calendar)
        for number, seat in enumerate(seats_of(step), start=1):
            rows = _timers(recorder, step, timers, calendar) if number == 1 else []
            data = {
                "step": step.id,
                "element": waiting.element,
                "occurrence": waiting.occurrence,
                "seat": number,
                **_asking(seat),
                "dueAt": due_at,
                "timers": rows,
            }
            recorder.note(Fact.TASK_OPENED, data, next(ids))


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
    drawn = {timer.id: timer.properties for timer in recorder.pinned.definition.timers}
    rows: list[dict[str, object]] = []
    for timer in timers:
        kind = TimerKind(drawn[timer.element]["kind"])
        level = int(drawn[timer.element]["level"])
        due_at = due(recorder.at, _hours(step, kind, level), calendar)
        row = timer_row(timer.element, kind, due_at, level, timer.occurrence)
        rows.append(row)
    return rows


def _hours(step: PlannedStep, kind: TimerKind, level: int) -> Decimal:
    if kind is TimerKind.REMINDER:
        return step.remind_after_hours[level - 1]
    if level <= len(step.escalations):
        return step.escalations[level - 1].after_hours
    return step.sla_hours


# All seats and timers that open at one instant with the same hours share the result.
@lru_cache(maxsize=64)
def due(at: datetime, hours: Decimal, calendar: WorkingTime) -> str:
    """
    The stamp of the instant when that much working time has passed.
    """
    return stamp(add_hours(calendar, at, hours))
