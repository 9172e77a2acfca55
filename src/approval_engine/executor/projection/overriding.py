"""
The fact that an admin ends a workflow in spite of its steps.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.actions import OVERRIDES
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import move_workflow
from approval_engine.domain.workflow import Workflow
from approval_engine.executor import engine
from approval_engine.executor.projection.change import Change, Recorded, pending


def overridden(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    It has the verdict of the admin; the engine is cancelled, for no step said so.
    """
    move = OVERRIDES[recorded.data["decision"]]
    status = move_workflow(workflow.status, move, workflow.subject)
    snapshot = engine.cancel(recorded.pinned.definition, workflow.state)
    return replace(
        workflow,
        status=status,
        state=snapshot.state,
        ended=snapshot.position.ended,
        timers=pending("", recorded.data.get("timers", ())),
    )


CHANGES: Mapping[str, Change] = {Fact.OVERRIDDEN: overridden}
