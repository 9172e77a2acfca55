"""
A workflow and the next event → the workflow after it: how the log becomes rows.

Commands and replay both come through `evolve`, so a row can always be rebuilt.
It reads what the event recorded and never a clock, a directory or a database.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact, instant
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import EngineError
from approval_engine.executor.projection import (
    answers,
    carried,
    endings,
    hands,
    overriding,
    seats,
    stand_ins,
    tasks,
    timers,
    validity,
)
from approval_engine.executor.projection.answers import ANSWERS
from approval_engine.executor.projection.change import Change, Pinned, Recorded
from approval_engine.executor.projection.endings import ENDINGS

__all__ = ["ANSWERS", "ENDINGS", "Pinned", "begin", "evolve"]

CHANGES: Mapping[str, Change] = {
    **answers.CHANGES,
    **carried.CHANGES,
    **endings.CHANGES,
    **hands.CHANGES,
    **overriding.CHANGES,
    **seats.CHANGES,
    **stand_ins.CHANGES,
    **tasks.CHANGES,
    **timers.CHANGES,
    **validity.CHANGES,
}
"""What each fact changes."""

TOLD = frozenset(
    {
        Fact.PLANNED,
        Fact.INFORMED,
        Fact.NOTIFIED,
        Fact.COMMENTED,
        Fact.NUDGED,
        Fact.OVERRIDE_REQUESTED,
        Fact.OVERRIDE_REFUSED,
        Fact.REPAIRED,
        Fact.SEAT_VACATED,
        Fact.EXCEPTION_ENDED,
        Fact.EXCEPTION_EXPIRING,
        Fact.CANARY_STOPPED,
    }
)
"""The facts that change nothing but the log."""


def begin(event: Event, pinned: Pinned) -> Workflow:
    """
    The workflow after its first event, which must be `submitted`.
    """
    return endings.begun(_recorded(event, pinned))


def evolve(workflow: Workflow, event: Event, pinned: Pinned) -> Workflow:
    """
    The workflow after the event. Raises a Refused or EngineError if it cannot follow.
    """
    if workflow.passed or workflow.ran:
        workflow = replace(workflow, passed=(), ran=())
    return replace(
        _changed(workflow, _recorded(event, pinned)),
        updated_at=instant(event.timestamp),
        seq=event.seq,
        head=event.hash,
    )


def _changed(workflow: Workflow, recorded: Recorded) -> Workflow:
    event = recorded.event
    if event.action in TOLD:
        return workflow
    if (change := CHANGES.get(event.action)) is None:
        sentence = f"Expected a known fact in '{event.id}', but it says {event.action}."
        raise EngineError(sentence)
    return change(workflow, recorded)


def _recorded(event: Event, pinned: Pinned) -> Recorded:
    data: Mapping[str, object] = load(event.data.encode())  # type: ignore[assignment] # the data of an event is an object
    return Recorded(event=event, data=data, pinned=pinned)
