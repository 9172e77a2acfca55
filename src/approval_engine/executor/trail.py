"""
An event log → the elements of the drawing that were passed, each by which event.

The log is followed as in a replay: where a token went was never stored, it follows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from approval_engine.domain.events import Event
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import ApprovalEngineError
from approval_engine.executor.pinned import pinned
from approval_engine.executor.projection import Pinned, begin, evolve
from approval_engine.executor.runtime import Runtime
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """
    One element that was passed, and the event that moved the process on there.
    """

    element: str
    event: Event


def trail(
    runtime: Runtime,
    transaction: Transaction,
    workflow: Workflow,
    log: tuple[Event, ...],
) -> tuple[Passage, ...]:
    """
    What was passed, in order; nothing if the log cannot be followed.
    """
    evidence, begun_at = workflow.evidence, workflow.created_at
    try:
        fixed = pinned(runtime, transaction, evidence, begun_at)
        return tuple(_passages(log, fixed))
    except (ApprovalEngineError, KeyError, TypeError, ValueError):
        # A page is still shown of a log that cannot be followed; `replay` says why.
        return ()


def _passages(log: tuple[Event, ...], fixed: Pinned) -> Iterator[Passage]:
    workflow = begin(log[0], fixed)
    yield from _of(workflow, log[0])
    for event in log[1:]:
        workflow = evolve(workflow, event, fixed)
        yield from _of(workflow, event)


def _of(workflow: Workflow, event: Event) -> Iterator[Passage]:
    for element in workflow.ran:
        yield Passage(element=element, event=event)
