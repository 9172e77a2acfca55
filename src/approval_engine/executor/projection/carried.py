"""
Facts of a revision: an approval that was carried over, and the workflow it took over.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.events import Fact, instant
from approval_engine.domain.lifecycle import (
    TaskMove,
    WorkflowMove,
    move_task,
    move_workflow,
)
from approval_engine.domain.workflow import Workflow
from approval_engine.executor import engine
from approval_engine.executor.projection.answers import with_answer
from approval_engine.executor.projection.change import Change, Recorded


def carried(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    A seat is answered by an approval that somebody gave before.
    """
    event = recorded.event
    task = recorded.task_in(workflow)
    person, principal = recorded.data["person"], recorded.data["principal"]
    changed = replace(
        task,
        status=move_task(task.status, TaskMove.APPROVE, task.subject),
        # A window that opened or closed since may have given the seat to another.
        assignee=person if task.assignee or principal else None,
        principal=principal,
        windows=task.windows if principal == task.principal else (),
        closed_at=instant(event.timestamp),
        closed_by=person,
        closed_seq=event.seq,
    )
    return with_answer(workflow, changed, recorded.pinned)


def superseded(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    Another workflow took its place; what had ended by itself stays as it ended.
    """
    status = move_workflow(workflow.status, WorkflowMove.SUPERSEDE, workflow.subject)
    state, end = workflow.state, workflow.ended
    if end is None:
        snapshot = engine.cancel(recorded.pinned.definition, state)
        state, end = snapshot.state, snapshot.position.ended
    return replace(workflow, status=status, state=state, ended=end, timers=())


CHANGES: Mapping[str, Change] = {
    Fact.TASK_CARRIED: carried,
    Fact.SUPERSEDED: superseded,
}
"""The facts that join two workflows of one quote."""
