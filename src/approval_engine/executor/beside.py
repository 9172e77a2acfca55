"""
What follows from a fact that leaves the engine where it is: added seats, paused clocks.
"""

from collections.abc import Iterable
from datetime import datetime

from approval_engine.domain.calendar import WorkingTime, add_hours, hours_between
from approval_engine.domain.completion import Outcome, decide
from approval_engine.domain.events import Fact, NewEvent, stamp
from approval_engine.domain.lifecycle import TaskMove
from approval_engine.domain.workflow import Task
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
            _resume(
                recorder, step, seats, calendars(recorder.pinned.step(step).calendar)
            )


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
    first = max(seat.seat for seat in recorder.workflow.seats(step.id)) + 1
    ids = take(len(people))
    for number, (person, task_id) in enumerate(zip(people, ids, strict=True), first):
        data: dict[str, object] = {
            "step": step.id,
            "element": beside.element,
            "occurrence": beside.occurrence,
            "seat": number,
            "role": step.role,
            "candidates": (person,),
            "assignee": person,
            "dueAt": due(recorder.at, step.sla_hours, calendar),
            "timers": [],
            "adHoc": True,
        }
        recorder.note(Fact.TASK_OPENED, data, task_id)


def _resume(
    recorder: Recorder, step: str, seats: Iterable[Task], calendar: WorkingTime
) -> None:
    at = recorder.at
    timers = [
        (timer.element, timer.occurrence, _later(calendar, timer.due_at, since, at))
        for timer in recorder.workflow.timers
        if timer.step == step and (since := timer.paused_at)
    ]
    began = min(
        timer.paused_at
        for timer in recorder.workflow.timers
        if timer.step == step and timer.paused_at
    )
    tasks = {
        seat.id: _later(calendar, seat.due_at, max(began, seat.opened_at), at)
        for seat in seats
    }
    data = {"step": step, "timers": timers, "tasks": tasks}
    recorder.note(Fact.CLOCK_RESUMED, data)


def _later(
    calendar: WorkingTime, until: datetime, since: datetime, now: datetime
) -> str:
    return stamp(add_hours(calendar, until, hours_between(calendar, since, now)))
