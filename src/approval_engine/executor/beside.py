"""
What follows from a fact that leaves the engine where it is: added seats, paused clocks.
"""

from datetime import datetime

from approval_engine.domain.calendar import WorkingTime, add_hours, hours_between
from approval_engine.domain.completion import Outcome, decide
from approval_engine.domain.events import Fact, NewEvent, stamp
from approval_engine.domain.lifecycle import TaskMove
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor.added import open_added
from approval_engine.executor.follow_up import close
from approval_engine.executor.openings import Calendars, Openings, TakeTaskIds, due
from approval_engine.executor.projection import ANSWERS
from approval_engine.executor.recorder import Recorder


def follow(recorder: Recorder, fact: NewEvent, openings: Openings) -> None:
    """
    Record what follows from a fact about a task whose step stays open.
    """
    task = recorder.workflow.task(fact.task_id or "")
    if task is None:
        return
    take = openings.take
    calendar = openings.calendars(recorder.pinned.step(task.step).calendar)
    if fact.action == Fact.APPROVER_ADDED and not fact.data["after"]:
        _open(recorder, task, (str(fact.data["approver"]),), calendar, take)
    elif fact.action in ANSWERS:
        _after_the_rule(recorder, task, calendar, take)


def resume_clocks(recorder: Recorder, calendars: Calendars) -> None:
    """
    Let the clock of each step run on that waits for no information any more.

    Everything is due later by the working time in which it stood still.
    """
    workflow = recorder.workflow
    paused = [timer.step for timer in workflow.timers if timer.paused_at]
    for step in dict.fromkeys(paused):
        seats = [seat for seat in workflow.seats(step) if seat.is_open]
        if not any(seat.info_from for seat in seats):
            calendar = calendars(recorder.pinned.step(step).calendar)
            _resume(recorder, step, calendar)


def _after_the_rule(
    recorder: Recorder, task: Task, calendar: WorkingTime, take: TakeTaskIds
) -> None:
    # The rule is met, but the step waits for people who were added.
    workflow, step = recorder.workflow, recorder.pinned.step(task.step)
    if decide(step.completion, workflow.tally(step.id)) is not Outcome.APPROVED:
        return
    seats = workflow.seats(step.id)
    spare = [seat for seat in seats if seat.is_open and not seat.ad_hoc]
    close(recorder, spare, TaskMove.DISPENSE, "the step was decided without it")
    coming = [person for seat in seats for person in seat.then_ask]
    _open(recorder, task, tuple(dict.fromkeys(coming)), calendar, take)


def _open(
    recorder: Recorder,
    beside: Task,
    people: tuple[str, ...],
    calendar: WorkingTime,
    take: TakeTaskIds,
) -> None:
    step = recorder.pinned.step(beside.step)
    place = (beside.element, beside.occurrence)
    due_at = due(recorder.at, step.sla_hours, calendar)
    seats = zip(take(len(people)), people, strict=True)
    open_added(recorder, step, place, due_at, seats)


def run_on(
    workflow: Workflow, step: str, calendar: WorkingTime, at: datetime
) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """
    When the timers, by element, and the open tasks of a step are due from `at` on.

    All that stood still is due later by the working time since.
    """
    mine = [timer for timer in workflow.timers if timer.step == step]
    stood = [timer.paused_at for timer in mine if timer.paused_at]
    timers = {
        timer.element: _later(calendar, timer.due_at, timer.paused_at or at, at)
        for timer in mine
    }
    began = min(stood, default=at)
    tasks = {
        seat.id: _later(calendar, seat.due_at, max(began, seat.opened_at), at)
        for seat in workflow.seats(step)
        if seat.is_open
    }
    return timers, tasks


def _resume(recorder: Recorder, step: str, calendar: WorkingTime) -> None:
    workflow = recorder.workflow
    timers, tasks = run_on(workflow, step, calendar, recorder.at)
    paused = [t for t in workflow.timers if t.step == step and t.paused_at]
    data = {
        "step": step,
        "timers": [(t.element, t.occurrence, stamp(timers[t.element])) for t in paused],
        "tasks": {task: stamp(due_at) for task, due_at in tasks.items()},
    }
    recorder.note(Fact.CLOCK_RESUMED, data)


def _later(
    calendar: WorkingTime, until: datetime, since: datetime, now: datetime
) -> datetime:
    if since >= now:
        return until
    return add_hours(calendar, until, hours_between(calendar, since, now))
