"""
The verbs of the engine: definition, state bytes and what happened → new state bytes.

Pure: same input, same bytes. Who may do it and when is decided by the caller, who holds
the lock; the engine only refuses what the definition does not allow.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from SpiffWorkflow.util.task import TaskState

from approval_engine.errors import EngineError
from approval_engine.executor.engine.codec import decode, encode
from approval_engine.executor.engine.compiled import Definition
from approval_engine.executor.engine.hosts import CatchTimer, waiting_timers
from approval_engine.executor.engine.hosts import fire as fire_timer
from approval_engine.executor.engine.marking import Marking, Wait
from approval_engine.executor.engine.model import (
    CANCELLED,
    NO_VALUES,
    OpenTask,
    OpenTimer,
    Position,
    Snapshot,
    Values,
)
from approval_engine.executor.engine.restore import capture, restore
from approval_engine.executor.engine.scopes import Scope
from approval_engine.executor.engine.values import dump, load
from approval_engine.executor.engine.workflow import FastWorkflow

_KEPT = 1024
"""How many steps a process remembers: a state holds no quote, so many workflows share
the same one, and what follows from it is always the same. The quote's facts are part of
the question only where a definition reads them."""

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""What an outcome may be called or be: data of quotes and people stays outside."""


def start(definition: Definition, facts: Values = NO_VALUES) -> Snapshot:
    """
    A new process, run to its first tasks.

    Of the facts of the quote only those that the definition reads are looked at.
    Raises EngineError if they are no values or lead nowhere.
    """
    static = definition.start is not None
    return _started(definition, b"" if static else _read(definition, facts))


@lru_cache(maxsize=_KEPT)
def _started(definition: Definition, facts: bytes) -> Snapshot:
    if definition.start is not None:
        start, passed, ran = definition.start, definition.passed, definition.ran
        return _snapshot(definition, start, passed, ran)
    workflow = FastWorkflow(definition.process, load(facts))
    workflow.begin()
    return _advanced(definition, workflow)


def complete(
    definition: Definition,
    state: bytes,
    element: str,
    outcomes: Mapping[str, str],
    fields: Values = NO_VALUES,
    facts: Values = NO_VALUES,
) -> Snapshot:
    """
    The process after an open user task has ended with these outcomes and form fields.

    Of several occurrences the oldest is meant. What the task said in an earlier round
    is forgotten. Raises EngineError if the task is not open.
    """
    _check_outcomes(element, outcomes)
    said = (tuple(outcomes.items()), _filled(element, fields))
    return _completed(definition, state, element, said, _read(definition, facts))


@lru_cache(maxsize=_KEPT)
def _completed(
    definition: Definition,
    state: bytes,
    element: str,
    said: tuple[tuple[tuple[str, str], ...], bytes],
    facts: bytes,
) -> Snapshot:
    outcomes, fields = said
    marking = decode(state, definition.sha256)
    workflow = restore(definition.process, marking, load(facts))
    for token in workflow.live(TaskState.READY):
        if token.task_spec.name == element:
            workflow.ran.append(element)
            token.task_spec.answer(token, dict(outcomes), load(fields))
            return _advanced(definition, workflow)
    raise EngineError(
        f"Expected to complete task {element!r}, but {_why_closed(marking, element)}."
    )


def fire(
    definition: Definition,
    state: bytes,
    timer: str,
    occurrence: int,
    facts: Values = NO_VALUES,
) -> Snapshot:
    """
    The process after a waiting timer has fired, whatever the time is.

    A timer that repeats waits again until it has fired as often as it may. Raises
    EngineError if the timer does not wait on that occurrence.
    """
    marking = decode(state, definition.sha256)
    known = load(_read(definition, facts))
    workflow = restore(definition.process, marking, known)
    for token in workflow.live():
        if token.internal_data.get("occurrence") != occurrence:
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
    nothing = replace(
        marking, waits=(), arrivals=(), scopes=(), ended=end, reached=None
    )
    return _snapshot(definition, nothing)


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


def names(definition: Definition, state: bytes, facts: Values = NO_VALUES) -> Values:
    """
    What an expression of the definition can read in this state: facts and results.
    """
    if not facts:
        return _said(definition, state)
    marking = decode(state, definition.sha256)
    return restore(definition.process, marking, facts).memory.names()


@lru_cache(maxsize=_KEPT)
def _said(definition: Definition, state: bytes) -> Values:
    marking = decode(state, definition.sha256)
    return MappingProxyType(restore(definition.process, marking).memory.names())


def arrived(definition: Definition, state: bytes) -> Mapping[str, tuple[str, ...]]:
    """
    The joins at which something waits for the rest, each with where that came from.
    """
    found: dict[str, tuple[str, ...]] = {}
    for each in decode(state, definition.sha256).arrivals:
        found[each.join] = (*found.get(each.join, ()), each.source)
    return found


def results(definition: Definition, state: bytes) -> Mapping[str, Values]:
    """
    The named values that each task gave: fields filled in, answers of decisions.
    """
    return decode(state, definition.sha256).results


def _read(definition: Definition, facts: Values) -> bytes:
    """
    The facts that the definition reads; bytes, since 1 and true are equal in Python.
    """
    return dump({name: facts[name] for name in definition.reads & facts.keys()})


def _advanced(definition: Definition, workflow: FastWorkflow) -> Snapshot:
    workflow.run_to_wait()
    marking = capture(workflow, definition.sha256)
    passed, ran = tuple(workflow.passed), tuple(workflow.ran)
    return _snapshot(definition, marking, passed, ran)


def _snapshot(
    definition: Definition,
    marking: Marking,
    passed: tuple[str, ...] = (),
    ran: tuple[str, ...] = (),
) -> Snapshot:
    position = _position(definition, marking)
    return Snapshot(state=encode(marking), position=position, passed=passed, ran=ran)


def _position(definition: Definition, marking: Marking) -> Position:
    """
    Raises EngineError if the marking has waits that the definition does not know.
    """
    waits: dict[str, list[Wait]] = {}
    for wait in marking.waits + marking.scopes:
        waits.setdefault(wait.element, []).append(wait)
    tasks = tuple(
        OpenTask(element=task.id, occurrence=wait.occurrence)
        for task in definition.tasks
        for wait in waits.get(task.id, ())
    )
    timers = tuple(
        OpenTimer(
            element=timer.id,
            task=timer.task,
            occurrence=wait.occurrence,
            fired=wait.fired.get(timer.id, 0),
        )
        for timer in definition.timers
        for wait in waits.get(timer.task, ())
        if timer.id in wait.timers
    )
    if len(tasks) + len(timers) != sum(_expected(definition, marking)):
        raise EngineError("Expected a state of this definition, but its waits differ.")
    return Position(tasks=tasks, timers=timers, ended=marking.ended)


def _expected(definition: Definition, marking: Marking) -> Iterator[int]:
    """
    How much a caller must see of each wait: the task, unless it is a timer alone.
    """
    specs = definition.process.task_specs
    for wait in marking.waits:
        alone = isinstance(specs.get(wait.element), CatchTimer)
        yield len(wait.timers) + (0 if alone else 1)
    for scope in marking.scopes:
        known = isinstance(specs.get(scope.element), Scope)
        yield len(scope.timers) if known else -1


def _check_outcomes(element: str, outcomes: Mapping[str, str]) -> None:
    for name, value in outcomes.items():
        if not (_is_word(name) and _is_word(value)):
            raise EngineError(
                f"Expected task {element!r} to end with plain words, "
                f"but got {name!r} = {value!r}."
            )


def _filled(element: str, fields: Values) -> bytes:
    for name in fields:
        if not _is_word(name):
            raise EngineError(
                f"Expected task {element!r} to have fields of plain names, "
                f"but got {name!r}."
            )
    return dump(fields)


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
