"""
A workflow id → everything that the checks look at, read once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from approval_engine.domain.delegation import Delegation
from approval_engine.domain.events import Event
from approval_engine.domain.workflow import Evidence, Workflow
from approval_engine.errors import BROKEN, Unreadable, reason
from approval_engine.executor.pinned import pinned
from approval_engine.executor.projection import Pinned, begin, evolve
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.invariants.model import Finding, Subject
from approval_engine.planner.document import plan_of
from approval_engine.store import audit, catalog, delegations, events, workflows
from approval_engine.store.audit import Columns
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """
    What stands in tables that know no way from a workflow to its rows.
    """

    delegations: tuple[Delegation, ...]
    outbox: tuple[Columns, ...]


def beside(transaction: Transaction, workflow_ids: tuple[str, ...]) -> Iterator[Beside]:
    """
    For each of these workflows in turn, read for many of them at once.
    """
    windows = delegations.listed(transaction)
    for rows in audit.outboxes(transaction, workflow_ids):
        yield Beside(delegations=windows, outbox=rows)


def subject_of(
    runtime: Runtime, transaction: Transaction, workflow_id: str, beside: Beside
) -> Subject | Finding:
    """
    The subject, or what is so wrong that nothing else can be checked.
    """
    try:
        found = workflows.read(transaction, workflow_id)
        log = events.of(transaction, workflow_id)
    except BROKEN as error:
        return _unreadable("I23", workflow_id, error)
    if found is None or not log:
        word = "event" if found else "row"
        detail = f"there is no {word} of it"
        return Finding(invariant="I3", workflow=workflow_id, detail=detail)
    try:
        return _subject(runtime, transaction, found, log, beside)
    except BROKEN as error:
        return _unreadable("I11", workflow_id, error)


def _unreadable(invariant: str, workflow_id: str, error: Exception) -> Finding:
    cause = error.__cause__ if isinstance(error, Unreadable) else None
    why = reason(cause if isinstance(cause, Exception) else error)
    detail = f"it cannot be read: {why}"
    return Finding(invariant=invariant, workflow=workflow_id, detail=detail)


def _subject(
    runtime: Runtime,
    transaction: Transaction,
    found: tuple[Workflow, str | None],
    log: tuple[Event, ...],
    beside: Beside,
) -> Subject:
    workflow, incident = found
    evidence = workflow.evidence
    documents = {
        name: catalog.body(transaction, getattr(evidence, name))
        for name in Evidence.__slots__
    }
    # The plan is read afresh: what a process keeps in memory is not what is checked.
    kept = pinned(runtime, transaction, evidence, workflow.created_at)
    afresh = replace(kept, plan=plan_of(documents["plan"]))
    states, stopped = states_of(log, afresh)
    return Subject(
        workflow=workflow,
        incident=incident,
        log=log,
        states=states,
        stopped=stopped,
        pinned=afresh,
        documents=documents,
        delegations=all_windows(
            runtime.delegations(transaction, evidence.delegations), beside.delegations
        ),
        texts=events.texts(transaction, workflow.id),
        outbox=beside.outbox,
        row=audit.workflow(transaction, workflow.id),
        task_rows=audit.tasks(transaction, workflow.id),
    )


def states_of(
    log: tuple[Event, ...], pinned: Pinned
) -> tuple[tuple[Workflow, ...], str | None]:
    """
    The workflow after each event as the log alone describes it, and why it stops short.
    """
    states: list[Workflow] = []
    for event in log:
        try:
            before = states[-1] if states else None
            after = evolve(before, event, pinned) if before else begin(event, pinned)
        except BROKEN as error:
            return tuple(states), f"event {event.seq} cannot follow: {reason(error)}"
        states.append(after)
    return tuple(states), None


def all_windows(
    pinned: tuple[Delegation, ...], listed: tuple[Delegation, ...]
) -> tuple[Delegation, ...]:
    """
    Every window there ever was; of those known at submit only the end may be newer.

    None of them counts before it was opened, so it is enough to ask for an instant.
    """
    rows = {each.id: each for each in listed}
    kept = {
        each.id: replace(each, ended_at=rows.get(each.id, each).ended_at)
        for each in pinned
    }
    return tuple((rows | kept).values())
