"""
Rows that are not what their events say → rows that are, and an event that tells of it.

The events are the truth as long as their chain holds; where it does not, nothing here
knows better, and the rows stay as they are.
"""

from dataclasses import dataclass, fields

from approval_engine.domain.events import Fact
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import ApprovalEngineError, InvalidState, NotFound
from approval_engine.executor import engine
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.beats import store
from approval_engine.executor.projection import Pinned
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.replay import rebuilt_from
from approval_engine.executor.runtime import Runtime
from approval_engine.history.verify import verify
from approval_engine.store import events, workflows
from approval_engine.store.database import Transaction


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
        found = workflows.lock(transaction, workflow_id)
        if found is None:
            raise NotFound(f"There is no workflow '{workflow_id}'.")
        stored = found.workflow
        rebuilt, pinned = _rebuilt(runtime, transaction, stored)
        differing = _differing(rebuilt, stored)
        if differing:
            workflows.rewrite(transaction, rebuilt)
            author = (caller.actor, caller.channel)
            recorder = Recorder(rebuilt, pinned, runtime.clock(), author)
            recorder.note(Fact.REPAIRED, {"fields": differing})
            rebuilt = store(transaction, recorder)
    return Repaired(workflow=workflow_id, events=rebuilt.seq, fields=differing)


def simulated(runtime: Runtime, transaction: Transaction, stored: Workflow) -> Repaired:
    """
    What `repair` would do to these rows now. Raises InvalidState like it.
    """
    rebuilt, _ = _rebuilt(runtime, transaction, stored)
    differing = _differing(rebuilt, stored)
    return Repaired(workflow=stored.id, events=rebuilt.seq, fields=differing)


def _differing(rebuilt: Workflow, stored: Workflow) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in fields(Workflow)
        if getattr(rebuilt, field.name) != getattr(stored, field.name)
    )


def _rebuilt(
    runtime: Runtime, transaction: Transaction, stored: Workflow
) -> tuple[Workflow, Pinned]:
    engine.must_be_ours(stored.state)
    deed = f"repair {stored.subject}"
    altered = verify(transaction, stored).first_altered
    if altered is not None:
        sentence = f"Expected to {deed}, but event {altered} is changed or missing."
        raise InvalidState(sentence)
    log = events.of(transaction, stored.id)
    try:
        return rebuilt_from(runtime, transaction, log)
    except ApprovalEngineError as error:
        sentence = f"Expected to {deed}, but its events describe none: {error}"
        raise InvalidState(sentence) from error
