"""
Stand in: a window opened or closed → the open tasks of one workflow that it moves.

The worker sweeps every edge of a window once, workflow by workflow, each under its own
lock; what somebody is busy with, or an incident holds, is left over for a later round.
"""

from collections.abc import Callable

from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.executor.commands.beats import Desk, open_desk, store
from approval_engine.executor.commands.grace import grant
from approval_engine.executor.commands.tick import CHANNEL
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.recorder import SYSTEM, Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.stand_ins import move_of
from approval_engine.executor.traced import command
from approval_engine.store import events, sweeps, workflows
from approval_engine.store.sweeps import Edge

Attempt = Callable[[str, Edge], bool | None]
"""Whether it moved anything in one workflow; None if that must come again."""


def sweep(runtime: Runtime, attempt: Attempt) -> int:
    """
    Go through every edge that has passed and is not done with; how much was moved.
    """
    now = runtime.clock()
    with runtime.database.read() as transaction:
        edges = sweeps.due(transaction, now)
    moved = 0
    for edge in edges:
        ids = edge.left
        if ids is None:
            with runtime.database.read() as transaction:
                ids = sweeps.affected(transaction, edge)
        done = {each: attempt(each, edge) for each in ids}
        moved += sum(each is True for each in done.values())
        left = tuple(each for each, result in done.items() if result is None)
        if left == edge.left:
            continue
        with runtime.database.begin() as transaction:
            sweeps.mark(transaction, edge, left, now)
    return moved


@command("stand_in")
def stand_in(runtime: Runtime, workflow_id: str, edge: Edge) -> bool | None:
    """
    Move what the edge moves in one workflow; whether anything was.

    None while somebody or an incident holds it. Each task moves once for an edge,
    however often this runs.
    """
    now = runtime.clock()
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = workflows.lock_if_free(transaction, workflow_id)
        if found is None or found.incident is not None:
            return None
        workflow = found.workflow
        if workflow.status != WorkflowStatus.PENDING:
            return False
        desk = open_desk(runtime, transaction, found, now)
        recorder = Recorder(workflow, desk.pinned, now, (SYSTEM, CHANNEL))
        _move(desk, recorder, edge)
        if recorder.events:
            store(transaction, recorder)
        return bool(recorder.events)


def _move(desk: Desk, recorder: Recorder, edge: Edge) -> None:
    people = desk.people(recorder.before)
    for task in recorder.before.open_tasks:
        step = desk.pinned.step(task.step)
        move = move_of(people, recorder.workflow, step, task)
        key = f"stand_in:{task.id}:{edge.window}:{edge.edge}"
        if move is None or events.keyed(desk.transaction, task.workflow_id, key):
            continue
        fact, data = move
        recorder.note(fact, data, task.id, key)
        if fact == Fact.TASK_STOOD_IN:
            grant(desk, recorder, people, task.id)
