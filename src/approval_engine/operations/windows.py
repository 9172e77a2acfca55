"""
A delegation window that somebody thinks of → whether it may be, and what it would move.

Nothing is written: the same rules are asked that adding it asks, and the same search
that the worker's sweep makes, among the people of the moment at which it begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from approval_engine.documents import sha256
from approval_engine.domain.delegation import Delegation, check_new
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.workflow import Task
from approval_engine.executor.eligibility import eligibility
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.stand_ins import Move, move_of
from approval_engine.operations.granting import EVERYTHING, Bounds, check_grant
from approval_engine.operations.intake import from_now_on, snapshot
from approval_engine.store import catalog, delegations, sweeps, workflows
from approval_engine.store.database import Transaction
from approval_engine.store.sweeps import OPENED, Edge

MOST = 50
"""So many workflows are looked at; a person seldom has work in more."""

NEW = "new"
"""What a window is called that has no number yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """
    An open task and who would have it; `to` is nobody where it stays.

    `role` is asked instead where nobody may stand in.
    """

    task: Task
    account: str
    quote_id: str
    to: str | None = None
    role: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """
    The window as it would count, and the tasks that it touches, oldest first.

    `left_out` are workflows beyond MOST that were not looked at.
    """

    window: Delegation
    tasks: tuple[Moved, ...]
    left_out: int = 0


def preview(
    runtime: Runtime,
    people: tuple[str, str],
    window: tuple[datetime, datetime],
    role: str | None,
    bounds: Bounds = EVERYTHING,
) -> Preview:
    """
    What adding the window would do. Raises what adding it raises.
    """
    now = runtime.clock()
    with runtime.database.read() as transaction:
        check_grant(runtime, transaction, people, role, bounds)
        new = Delegation(
            id=NEW,
            principal=people[0],
            delegate=people[1],
            role=role,
            starts_at=window[0],
            ends_at=window[1],
            process=bounds.process,
            within=bounds.within,
        )
        check_new(delegations.listed(transaction), new)
        new = replace(new, starts_at=from_now_on(new, now))
        edge = Edge(window=NEW, principal=new.principal, edge=OPENED)
        ids = sweeps.affected(transaction, edge)
        touched = tuple(_touched(runtime, transaction, new, ids[:MOST]))
    return Preview(window=new, tasks=touched, left_out=len(ids[MOST:]))


def _touched(
    runtime: Runtime, transaction: Transaction, new: Delegation, ids: tuple[str, ...]
) -> Iterator[Moved]:
    windows = (*delegations.listed(transaction), new)
    digest = sha256(snapshot(windows))
    # As if the document of the windows held the new one too.
    runtime.keep(digest, windows)
    current = replace(catalog.current(transaction), delegations=digest)
    for workflow_id in ids:
        found = workflows.read(transaction, workflow_id)
        if found is None or found[0].status != WorkflowStatus.PENDING:
            continue
        workflow = found[0]
        people = eligibility(runtime, transaction, workflow, current, new.starts_at)
        plan = runtime.plan(transaction, workflow.evidence.plan)
        steps = {step.id: step for step in plan.steps}
        for task in workflow.open_tasks:
            if new.principal in (task.assignee, *task.candidates):
                move = move_of(people, workflow, steps[task.step], task)
                to, role = _whereto(move)
                yield Moved(
                    task=task,
                    account=workflow.account,
                    quote_id=workflow.quote_id,
                    to=to,
                    role=role,
                )


def _whereto(move: Move | None) -> tuple[str | None, str | None]:
    if move is None:
        return None, None
    fact, data = move
    if fact == Fact.TASK_ESCALATED:
        return None, str(data["role"])
    to = data.get("assignee")
    return (str(to) if to else None), None
