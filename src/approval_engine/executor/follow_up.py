"""
What an answer sets in motion: seats nobody needs any more, the next steps, the end.

Who gets a seat was resolved in the plan; when it is due comes from the step's calendar.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from approval_engine.domain.calendar import WorkingTime, add_hours
from approval_engine.domain.events import Fact, stamp
from approval_engine.domain.lifecycle import TaskMove
from approval_engine.domain.workflow import Task
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.executor.projection import ANSWERS, ENDINGS, Pinned
from approval_engine.executor.recorder import Recorder
from approval_engine.planner.plan import PlannedStep

Calendars = Callable[[str], WorkingTime]
"""The working time of a calendar, by its name in the policy."""

TakeTaskIds = Callable[[int], tuple[str, ...]]
"""That many new task ids, rising."""


def advance(recorder: Recorder, calendars: Calendars, take: TakeTaskIds) -> None:
    """
    Record everything that follows from the last fact, up to the next wait or the end.
    """
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
    close(recorder, settled, TaskMove.DISPENSE, "the step was decided without it")
    _open(recorder, position, calendars, take)


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
    recorder.note(facts[workflow.verdict], {})


def close_all(recorder: Recorder, move: TaskMove) -> None:
    """
    Close what is still open, because the workflow ended.
    """
    close(recorder, recorder.workflow.open_tasks, move, "the workflow ended")


def seats_to_open(pinned: Pinned) -> int:
    """
    How many tasks a workflow opens when it begins.
    """
    position = engine.start(pinned.definition).position
    return sum(step.staffing.seats for step, _ in _unopened(pinned, position, ()))


def close(
    recorder: Recorder, tasks: Iterable[Task], move: TaskMove, because: str
) -> None:
    """
    Close tasks that nobody needs any more, and say why.
    """
    first = recorder.events[0] if recorder.events else None
    decided = first is not None and first.action in ANSWERS
    by = {"decidedBy": first.task_id} if first and decided else {}
    for task in tasks:
        data = {"move": str(move), "because": because, **by}
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
) -> None:
    found = _unopened(recorder.pinned, position, recorder.workflow.tasks)
    ids = iter(take(sum(step.staffing.seats for step, _ in found)))
    for step, waiting in found:
        place = (waiting.element, waiting.occurrence)
        timers = [t for t in position.timers if (t.task, t.occurrence) == place]
        for seat in range(1, step.staffing.seats + 1):
            data = _opening(recorder, step, waiting, seat, calendars(step.calendar))
            rows = _timers(recorder, step, timers, calendars(step.calendar))
            data["timers"] = rows if seat == 1 else []
            recorder.note(Fact.TASK_OPENED, data, next(ids))


def _opening(
    recorder: Recorder,
    step: PlannedStep,
    waiting: engine.OpenTask,
    seat: int,
    calendar: WorkingTime,
) -> dict[str, object]:
    staffing = step.staffing
    shared = staffing.seats == 1
    person = staffing.assignee if shared else staffing.candidates[seat - 1]
    return {
        "step": step.id,
        "element": waiting.element,
        "occurrence": waiting.occurrence,
        "seat": seat,
        "role": staffing.role_of(seat) or step.role,
        "candidates": staffing.candidates if shared else (person,),
        "assignee": person,
        "dueAt": due_at(recorder.at, step.sla_hours, calendar),
    }


def _timers(
    recorder: Recorder,
    step: PlannedStep,
    timers: Iterable[engine.OpenTimer],
    calendar: WorkingTime,
) -> list[dict[str, object]]:
    drawn = {timer.id: timer.properties for timer in recorder.pinned.definition.timers}
    rows: list[dict[str, object]] = []
    for timer in timers:
        kind = drawn[timer.element]["kind"]
        level = int(drawn[timer.element]["level"])
        rows.append(
            {
                "element": timer.element,
                "occurrence": timer.occurrence,
                "kind": kind,
                "level": level,
                "dueAt": due_at(recorder.at, _hours(step, kind, level), calendar),
            }
        )
    return rows


def _hours(step: PlannedStep, kind: str, level: int) -> Decimal:
    if kind == "reminder":
        return step.remind_after_hours[level - 1]
    if level <= len(step.escalations):
        return step.escalations[level - 1].after_hours
    return step.sla_hours


# All seats and timers that open at one instant with the same hours share the result.
@lru_cache(maxsize=64)
def due_at(at: datetime, hours: Decimal, calendar: WorkingTime) -> str:
    """
    The stamp of the instant at which so many working hours have passed.
    """
    return stamp(add_hours(calendar, at, hours))
