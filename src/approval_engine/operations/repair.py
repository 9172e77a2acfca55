"""
Rows that are not what their events say → rows that are, and an event that tells of it.

The events are the truth as long as their chain holds; where it does not, nothing here
knows better, and the rows stay as they are.
"""

from dataclasses import dataclass, fields

from approval_engine.domain.events import Fact
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import (
    ApprovalEngineError,
    InvalidState,
    NotFound,
    Unreadable,
)
from approval_engine.executor import engine
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.beats import store
from approval_engine.executor.projection import Pinned
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.replay import rebuilt_from
from approval_engine.executor.runtime import Runtime
from approval_engine.history.verify import verify
from approval_engine.store import ends, events, workflows
from approval_engine.store.database import Transaction
from approval_engine.store.ends import End

EVERYTHING = "rows"
"""What differs where the rows of a workflow cannot even be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaired:
    """
    What was rebuilt: the fields that differed, none if the rows were right.
    """

    workflow: str
    events: int
    fields: tuple[str, ...]


def repair(runtime: Runtime, workflow_id: str, caller: Caller) -> Repaired:
    """
    Rebuild the rows of a workflow from its events, under its lock.

    An incident that holds it stays open until somebody closes it. Raises NotFound, and
    InvalidState if the chain of the events does not hold or they describe no workflow.
    """
    with runtime.database.begin() as transaction:
        end = ends.lock(transaction, workflow_id)
        if end is None:
            raise NotFound(f"There is no workflow '{workflow_id}'.")
        rebuilt, pinned = _rebuilt(runtime, transaction, end)
        differing = _differing(transaction, rebuilt)
        if differing:
            workflows.rewrite(transaction, rebuilt)
            author = (caller.actor, caller.channel)
            recorder = Recorder(rebuilt, pinned, runtime.clock(), author)
            recorder.note(Fact.REPAIRED, {"fields": differing})
            rebuilt = store(transaction, recorder)
    return Repaired(workflow=workflow_id, events=rebuilt.seq, fields=differing)


def preview(runtime: Runtime, workflow_id: str) -> Repaired:
    """
    What `repair` would do now; nothing is written. Raises what it raises.
    """
    with runtime.database.read() as transaction:
        end = ends.read(transaction, workflow_id)
        if end is None:
            raise NotFound(f"There is no workflow '{workflow_id}'.")
        _, found = simulated(runtime, transaction, end)
    return found


def simulated(
    runtime: Runtime, transaction: Transaction, end: End
) -> tuple[Workflow, Repaired]:
    """
    The workflow that the events describe, and what `repair` would do to its rows now.

    Raises InvalidState like it.
    """
    rebuilt, _ = _rebuilt(runtime, transaction, end)
    differing = _differing(transaction, rebuilt)
    return rebuilt, Repaired(workflow=end.id, events=rebuilt.seq, fields=differing)


def _differing(transaction: Transaction, rebuilt: Workflow) -> tuple[str, ...]:
    try:
        found = workflows.read(transaction, rebuilt.id)
    except Unreadable:
        return (EVERYTHING,)
    stored = found[0] if found else None
    if stored:
        engine.must_be_ours(stored.state)
    return tuple(
        field.name
        for field in fields(Workflow)
        if getattr(rebuilt, field.name) != getattr(stored, field.name, None)
    )


def _rebuilt(
    runtime: Runtime, transaction: Transaction, end: End
) -> tuple[Workflow, Pinned]:
    deed = f"repair workflow '{end.id}'"
    altered = verify(transaction, end).first_altered
    if altered is not None:
        sentence = f"Expected to {deed}, but event {altered} is changed or missing."
        raise InvalidState(sentence)
    log = events.of(transaction, end.id)
    try:
        return rebuilt_from(runtime, transaction, log)
    except ApprovalEngineError as error:
        sentence = f"Expected to {deed}, but its events describe none: {error}"
        raise InvalidState(sentence) from error
