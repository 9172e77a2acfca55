"""
Facts that begin and end a workflow.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.domain.events import GENESIS, Fact, instant
from approval_engine.domain.lifecycle import (
    WorkflowMove,
    WorkflowStatus,
    move_workflow,
)
from approval_engine.domain.workflow import Evidence, Workflow
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.executor.projection.change import Change, Recorded, pending

ENDINGS: Mapping[str, tuple[WorkflowMove, str]] = {
    Fact.WORKFLOW_APPROVED: (WorkflowMove.APPROVE, "approved"),
    Fact.WORKFLOW_REJECTED: (WorkflowMove.REJECT, "rejected"),
    Fact.WORKFLOW_RETURNED: (WorkflowMove.RETURN, "returned"),
    Fact.RECALLED: (WorkflowMove.RECALL, "cancelled"),
}
"""The facts that end a workflow, with the end event that must have been reached."""


def begun(recorded: Recorded) -> Workflow:
    """
    The workflow after its first event, which must be `submitted`.
    """
    event, data, pinned = recorded.event, recorded.data, recorded.pinned
    if event.action != Fact.SUBMITTED or event.prev_hash != GENESIS:
        sentence = f"Expected '{event.id}' to begin a workflow, but it does not."
        raise EngineError(sentence)
    snapshot = engine.start(pinned.definition, pinned.facts)
    at = instant(event.timestamp)
    return Workflow(
        id=event.workflow_id,
        quote_id=data["quoteId"],
        quote_revision=data["quoteRevision"],
        attempt=data["attempt"],
        account=data["account"],
        submitted_by=data["submittedBy"],
        owner=data["owner"],
        policy=data["policy"],
        policy_version=data["policyVersion"],
        process=pinned.plan.process,
        evidence=Evidence(**data["evidence"]),
        status=WorkflowStatus.PENDING,
        steps=len(pinned.plan.approvals),
        state=snapshot.state,
        ended=snapshot.position.ended,
        timers=(),
        tasks=(),
        created_at=at,
        updated_at=at,
        seq=event.seq,
        head=event.hash,
        supersedes=data.get("supersedes"),
        fingerprint=data.get("fingerprint"),
        passed=snapshot.passed,
        ran=snapshot.ran,
    )


def ended(workflow: Workflow, recorded: Recorded) -> Workflow:
    """
    It has its final status. Raises EngineError if the engine ended elsewhere.
    """
    event = recorded.event
    move, expected = ENDINGS[event.action]
    status = move_workflow(workflow.status, move, workflow.subject)
    state, end = workflow.state, workflow.ended
    if event.action == Fact.RECALLED:
        snapshot = engine.cancel(recorded.pinned.definition, state)
        state, end = snapshot.state, snapshot.position.ended
    # How long an approval is good was reckoned when it was given.
    timers = pending("", recorded.data.get("timers", ()))
    after = replace(workflow, status=status, state=state, ended=end, timers=timers)
    if after.verdict != expected:
        sentence = (
            f"The engine ended {workflow.subject} at '{end}',"
            f" but the decisions say '{expected}'."
        )
        raise EngineError(sentence)
    return after


CHANGES: Mapping[str, Change] = dict.fromkeys(ENDINGS, ended)
