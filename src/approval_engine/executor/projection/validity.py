"""
Facts that fire the timers of an approval: its end comes near, and is there.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import WorkflowMove, move_workflow
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.projection.change import Change, Recorded
from approval_engine.executor.projection.timers import rang


def expired(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    The approval is no longer good; how the engine ended stays as it was.
    """
    status = move_workflow(workflow.status, WorkflowMove.EXPIRE, workflow.subject)
    return replace(rang(workflow, recorded), status=status)


CHANGES: Mapping[str, Change] = {
    Fact.WORKFLOW_EXPIRING: rang,
    Fact.WORKFLOW_EXPIRED: expired,
}
"""The facts that fire timers of an approval."""
