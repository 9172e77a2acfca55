"""
The fact that a seat counts no more, because nobody is left to take it.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.actions.withdrawing import without_seat
from approval_engine.domain.completion import Outcome
from approval_engine.domain.events import Fact, instant
from approval_engine.domain.outcome import outcome_of
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import EngineError
from approval_engine.executor.projection.answers import settled
from approval_engine.executor.projection.change import Change, Recorded


def withdrawn(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The step asks one less, and has its outcome if the answers say no without the seat.

    Raises EngineError if that alone would approve it: nobody did.
    """
    task = recorded.task_in(workflow)
    known = {seat.id for seat in workflow.tasks if seat.withdrawn}
    after = without_seat(workflow, task)
    tasks = (
        _closed(seat, recorded) if seat.withdrawn and seat.id not in known else seat
        for seat in after.tasks
    )
    after = replace(after, tasks=tuple(tasks))
    completion = recorded.pinned.step(task.step).completion
    outcome = outcome_of(after, task.step, completion)
    if outcome is Outcome.APPROVED:
        sentence = f"Expected an approval by a person, but '{task.id}' was withdrawn."
        raise EngineError(sentence)
    return settled(after, recorded.pinned, task, outcome) if outcome else after


def _closed(task: Task, recorded: Recorded) -> Task:
    event = recorded.event
    return replace(
        task,
        closed_at=instant(event.timestamp),
        closed_by=event.actor,
        closed_seq=event.seq,
    )


CHANGES: Mapping[str, Change] = {Fact.SEAT_WITHDRAWN: withdrawn}
"""The facts that change how many seats a step has."""
