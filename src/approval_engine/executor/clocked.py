"""
Timers that a process draws for itself → instants at which the worker lets them fire.

A reminder or an escalation belongs to a step and its policy; what these set in motion
stands in the drawing, and time is counted as the process says.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from approval_engine.definitions.model import Clock, Timer
from approval_engine.domain.events import Fact, instant, stamp
from approval_engine.domain.spans import hours_of
from approval_engine.domain.timers import PendingTimer, TimerKind
from approval_engine.errors import EngineError, InvalidInput
from approval_engine.executor import engine
from approval_engine.executor.openings import Calendars, due, timer_row
from approval_engine.executor.recorder import Recorder
from approval_engine.policy.conditions import ConditionError, evaluate

OURS = "kind"
"""The property of the timers that a plan draws; what is due there the step says."""


def set_timers(recorder: Recorder, calendars: Calendars) -> None:
    """
    Record when the timers ring that came to wait.
    """
    known = {(each.element, each.occurrence) for each in recorder.workflow.timers}
    drawn = {each.id: each for each in recorder.pinned.definition.timers}
    fresh = [
        (drawn[each.element], each)
        for each in recorder.position.timers
        if (each.element, each.occurrence) not in known
        and OURS not in drawn[each.element].properties
    ]
    steps = {task.id: task.step or task.id for task in recorder.pinned.definition.tasks}
    for element, waiting in fresh:
        at = _rings_at(recorder, element, recorder.at, calendars)
        row = _row(waiting, at)
        data = {"step": steps.get(element.task, ""), "timers": [row]}
        recorder.note(Fact.TIMER_SET, data)


def elapse(recorder: Recorder, late: PendingTimer, calendars: Calendars) -> None:
    """
    Record that a timer fired, and when it rings again if it does.
    """
    drawn = {each.id: each for each in recorder.pinned.definition.timers}
    element = drawn[late.element]
    data: dict[str, object] = {
        "step": late.step,
        "timers": [(late.element, late.occurrence)],
        "sets": list(_again(recorder, element, late, calendars)),
    }
    # One that repeats rings more than once, but never twice for the same instant.
    once = f"timer:{late.element}:{late.occurrence}:{stamp(late.due_at)}"
    recorder.note(Fact.TIMER_FIRED, data, natural_key=once)


def _again(
    recorder: Recorder,
    element: engine.TimerElement,
    late: PendingTimer,
    calendars: Calendars,
) -> Iterator[dict[str, object]]:
    timer = _known(recorder, element)
    waiting = next(
        each
        for each in recorder.position.timers
        if (each.element, each.occurrence) == (late.element, late.occurrence)
    )
    repeats = timer.repeats is None or waiting.fired + 1 < timer.repeats
    if timer.clock is not Clock.CYCLE or element.interrupting or not repeats:
        return
    at = late.due_at
    # What was missed while nobody looked is not caught up with one by one.
    while at <= recorder.at:
        at = _after(recorder, timer, at, calendars)
    yield _row(waiting, at)


def _rings_at(
    recorder: Recorder,
    element: engine.TimerElement,
    since: datetime,
    calendars: Calendars,
) -> datetime:
    timer = _known(recorder, element)
    if timer.at is not None:
        return timer.at
    return _after(recorder, timer, since, calendars)


def _after(
    recorder: Recorder, timer: Timer, since: datetime, calendars: Calendars
) -> datetime:
    hours = hours_of(timer.span)
    calendar = recorder.pinned.definition.calendar
    if calendar is None:
        return since + timedelta(hours=float(hours))
    return instant(due(since, hours, calendars(calendar)))


def _known(recorder: Recorder, element: engine.TimerElement) -> Timer:
    """
    The timer, with what an expression gives in the place of it.
    """
    timer = element.timer
    if timer.expression is None:
        return timer
    pinned = recorder.pinned
    names = engine.names(pinned.definition, recorder.workflow.state, pinned.facts)
    try:
        text = str(evaluate(timer.expression, names))
        hours_of(text)
    except (ConditionError, InvalidInput) as error:
        sentence = f"Expected to know when timer '{element.id}' rings, but {error}"
        raise EngineError(sentence) from error
    return Timer(clock=timer.clock, span=text, repeats=timer.repeats)


def _row(waiting: engine.OpenTimer, at: datetime) -> dict[str, object]:
    return timer_row(
        waiting.element, TimerKind.PROCESS, stamp(at), occurrence=waiting.occurrence
    )
