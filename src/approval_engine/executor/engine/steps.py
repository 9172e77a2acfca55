"""
The verbs of the engine: definition, state bytes and what happened → new state bytes.

Pure: same input, same bytes. Who may do it and when is decided by the caller, who holds
the lock; the engine only refuses what the definition does not allow.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from SpiffWorkflow.util.task import TaskState

from approval_engine.errors import EngineError
from approval_engine.executor.engine.codec import Marking, Wait, decode, encode
from approval_engine.executor.engine.compiled import Definition
from approval_engine.executor.engine.model import (
    CANCELLED,
    OpenTask,
    OpenTimer,
    Position,
    Snapshot,
)
from approval_engine.executor.engine.restore import capture, restore, waiting_timers
from approval_engine.executor.engine.timers import fire as fire_timer
from approval_engine.executor.engine.workflow import FastWorkflow

_KEPT = 1024
"""How many steps a process remembers: a state holds no quote, so many workflows share
the same one, and what follows from it is always the same."""

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""What an outcome may be called or be: data of quotes and people stays outside."""


@lru_cache(maxsize=_KEPT)
def start(definition: Definition) -> Snapshot:
    """
    A new process, run to its first tasks.
    """
    return _snapshot(definition, definition.start)


def complete(
    definition: Definition, state: bytes, element: str, outcomes: Mapping[str, str]
) -> Snapshot:
    """
    The process after an open user task has ended with these outcomes.

    Of several occurrences the oldest is meant. What the task said in an earlier round
    is forgotten. Raises EngineError if the task is not open.
    """
    _check_outcomes(element, outcomes)
    return _completed(definition, state, element, tuple(outcomes.items()))


@lru_cache(maxsize=_KEPT)
def _completed(
    definition: Definition,
    state: bytes,
    element: str,
    said: tuple[tuple[str, str], ...],
) -> Snapshot:
    outcomes = dict(said)
    marking = decode(state, definition.sha256)
    workflow = restore(definition.process, marking)
    for token in workflow.live(TaskState.READY):
        if token.task_spec.name == element:
            workflow.outcomes[element] = outcomes
            token.run()
            return _advanced(definition, workflow)
    raise EngineError(
        f"Expected to complete task {element!r}, but {_why_closed(marking, element)}."
    )


def fire(definition: Definition, state: bytes, timer: str, occurrence: int) -> Snapshot:
    """
    The process after a waiting boundary timer has fired, whatever the time is.

    Raises EngineError if the timer does not wait on that occurrence of its task.
    """
    marking = decode(state, definition.sha256)
    workflow = restore(definition.process, marking)
    for token in workflow.live(TaskState.READY):
        if token.internal_data["occurrence"] != occurrence:
            continue
        for waiting in waiting_timers(token):
            if waiting.task_spec.name == timer:
                fire_timer(waiting)
                return _advanced(definition, workflow)
    raise EngineError(
        f"Expected to fire timer {timer!r} of occurrence {occurrence}, "
        "but it does not wait."
    )


def cancel(definition: Definition, state: bytes, end: str = CANCELLED) -> Snapshot:
    """
    The process ended from outside, with nothing open; `end` says so in more words.

    Raises EngineError if it has ended already.
    """
    marking = decode(state, definition.sha256)
    if marking.ended is not None:
        raise EngineError(f"Expected to cancel a process, but {_how_ended(marking)}.")
    if end.partition("_")[0] != CANCELLED:
        raise EngineError(f"Expected an end by cancelling, but got {end!r}.")
    return _snapshot(definition, replace(marking, waits=(), arrivals=(), ended=end))


@lru_cache(maxsize=_KEPT)
def position(definition: Definition, state: bytes) -> Position:
    """
    What a state says.
    """
    return _position(definition, decode(state, definition.sha256))


def canonical(definition: Definition, state: bytes) -> str:
    """
    The SHA-256 of what a state says; equal states have it whatever way led to them.
    """
    return hashlib.sha256(encode(decode(state, definition.sha256))).hexdigest()


def _advanced(definition: Definition, workflow: FastWorkflow) -> Snapshot:
    workflow.run_to_wait()
    return _snapshot(definition, capture(workflow, definition.sha256))


def _snapshot(definition: Definition, marking: Marking) -> Snapshot:
    return Snapshot(state=encode(marking), position=_position(definition, marking))


def _position(definition: Definition, marking: Marking) -> Position:
    """
    Raises EngineError if the marking has waits that the definition does not know.
    """
    waits: dict[str, list[Wait]] = {}
    for wait in marking.waits:
        waits.setdefault(wait.element, []).append(wait)
    tasks = tuple(
        OpenTask(element=task.id, occurrence=wait.occurrence)
        for task in definition.tasks
        for wait in waits.get(task.id, ())
    )
    timers = tuple(
        OpenTimer(element=timer.id, task=timer.task, occurrence=wait.occurrence)
        for timer in definition.timers
        for wait in waits.get(timer.task, ())
        if timer.id in wait.timers
    )
    expected = sum(1 + len(wait.timers) for wait in marking.waits)
    if len(tasks) + len(timers) != expected:
        raise EngineError("Expected a state of this definition, but its waits differ.")
    return Position(tasks=tasks, timers=timers, ended=marking.ended)


def _check_outcomes(element: str, outcomes: Mapping[str, str]) -> None:
    for name, value in outcomes.items():
        if not (_is_word(name) and _is_word(value)):
            raise EngineError(
                f"Expected task {element!r} to end with plain words, "
                f"but got {name!r} = {value!r}."
            )


def _is_word(value: object) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def _why_closed(marking: Marking, element: str) -> str:
    if marking.ended is not None:
        return _how_ended(marking)
    if element in marking.entered:
        return "it is closed"
    return "it has not been reached"


def _how_ended(marking: Marking) -> str:
    return f"the process ended as {marking.ended!r}"
