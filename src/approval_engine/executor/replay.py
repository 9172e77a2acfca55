"""
An event log → the workflow it describes, and the first place where the rows differ.

It asks no clock and no directory: everything that was chosen stands in the events.
"""

from dataclasses import dataclass, fields
from itertools import takewhile, zip_longest
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, instant
from approval_engine.domain.workflow import Evidence, Workflow
from approval_engine.errors import ApprovalEngineError, EngineError, NotFound
from approval_engine.executor import canary_replay, engine
from approval_engine.executor.pinned import pinned
from approval_engine.executor.projection import Pinned, begin, evolve
from approval_engine.executor.runtime import Runtime
from approval_engine.store import events, workflows
from approval_engine.store.database import Transaction

_SHOWN = 120
"""How long a text may be to be shown as a whole, and how much is shown of others."""

_NAME, _BEFORE = 24, 40
"""So much is shown of the beginning, and so much of what stands before a difference."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """
    The outcome for one workflow: how many events, and what differs, if anything does.
    """

    workflow: str
    events: int
    difference: str | None = None


def replay(runtime: Runtime, transaction: Transaction, workflow_id: str) -> Replayed:
    """
    Rebuild one workflow from its events and compare it with its rows.

    Raises NotFound if there is no such workflow.
    """
    log = events.of(transaction, workflow_id)
    try:
        stored = _stored(transaction, workflow_id)
        rebuilt, _ = rebuilt_from(runtime, transaction, log)
        difference = first_difference(rebuilt, stored) or canary_replay.difference(
            runtime, transaction, log
        )
    except NotFound:
        raise
    except ApprovalEngineError as error:
        difference = str(error)
    return Replayed(workflow=workflow_id, events=len(log), difference=difference)


def _stored(transaction: Transaction, workflow_id: str) -> Workflow:
    found = workflows.read(transaction, workflow_id)
    if found is None:
        sentence = f"There is no workflow '{workflow_id}'."
        raise NotFound(sentence)
    return found[0]


def rebuild(log: tuple[Event, ...], pinned: Pinned) -> Workflow:
    """
    The workflow that the events describe. Raises what `evolve` raises.
    """
    workflow = begin(log[0], pinned)
    for event in log[1:]:
        workflow = evolve(workflow, event, pinned)
    position = engine.position(pinned.definition, workflow.state)
    waiting = {(task.element, task.occurrence) for task in position.tasks}
    open_tasks = {(task.element, task.occurrence) for task in workflow.open_tasks}
    if waiting != open_tasks:
        sentence = (
            f"The engine of {workflow.subject} waits at {sorted(waiting)},"
            f" but its tasks are open at {sorted(open_tasks)}."
        )
        raise EngineError(sentence)
    return workflow


def rebuilt_from(
    runtime: Runtime, transaction: Transaction, log: tuple[Event, ...]
) -> tuple[Workflow, Pinned]:
    """
    The workflow that a log describes, and what it is pinned to.

    Raises EngineError, which says why, if the events describe none.
    """
    try:
        pinned = _pinned(runtime, transaction, log)
        return rebuild(log, pinned), pinned
    except (KeyError, TypeError, ValueError) as error:
        # An event whose data is not what its kind holds was not written by us.
        sentence = f"an event cannot be read: {error!r}"
        raise EngineError(sentence) from error


def first_difference(rebuilt: Workflow, stored: Workflow) -> str | None:
    """
    The first field in which two states of one workflow differ, as a sentence part.
    """
    for field in fields(Workflow):
        if not field.compare:
            continue
        ours, theirs = getattr(rebuilt, field.name), getattr(stored, field.name)
        if ours != theirs:
            said, stands = _apart(ours, theirs)
            return f"{field.name}: events say {said}, row says {stands}"
    return None


def _pinned(
    runtime: Runtime, transaction: Transaction, log: tuple[Event, ...]
) -> Pinned:
    if not log:
        sentence = "its event log is empty"
        raise EngineError(sentence)
    data: Any = load(log[0].data.encode())
    evidence = Evidence(**data["evidence"])
    return pinned(runtime, transaction, evidence, instant(log[0].timestamp))


def _apart(ours: object, theirs: object) -> tuple[str, str]:
    """
    Two values that differ, as far as they are needed to see where.
    """
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        pairs = zip_longest(ours, theirs, fillvalue="nothing")
        ours, theirs = next((a, b) for a, b in pairs if a != b)
    one, other = str(ours), str(theirs)
    equal = (a == b for a, b in zip(one, other, strict=False))
    place = len(list(takewhile(bool, equal)))
    return _around(one, place), _around(other, place)


def _around(text: str, place: int) -> str:
    """
    A text, cut to what stands around a place in it and to how it begins.
    """
    if len(text) <= _SHOWN:
        return text
    if place <= _NAME + _BEFORE:
        return f"{text[:_SHOWN]}…"
    start = place - _BEFORE
    end = start + _SHOWN - _NAME
    return f"{text[:_NAME]}…{text[start:end]}{'…' if end < len(text) else ''}"
