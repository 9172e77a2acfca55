"""
What was decided in an earlier workflow → weighed beside the plan that takes over.
"""

from collections.abc import Iterable
from dataclasses import replace

from approval_engine.domain.workflow import Workflow
from approval_engine.executor.carrying import Scales, Weighed
from approval_engine.executor.commands.beats import Desk
from approval_engine.executor.decisions import Decided
from approval_engine.executor.evidence import documents
from approval_engine.executor.judging import basis, judged_as
from approval_engine.executor.routed import Routed, day_of
from approval_engine.executor.runtime import Runtime

REVISION, REPLAN = "revision", "replan"
"""Why one workflow takes the place of another."""


def weighed(
    desk: Desk, workflow: Workflow, decided: Iterable[Decided], because: str
) -> tuple[Weighed, ...]:
    """
    What was decided before, beside the plan of the workflow that takes over.
    """
    pinned = workflow.evidence
    on = day_of(desk.policy, workflow.created_at)
    scales = Scales(
        runtime=desk.runtime,
        transaction=desk.transaction,
        plan=desk.pinned.plan,
        after=basis(desk.runtime, desk.transaction, judged_as(pinned), on),
        people=desk.people(workflow),
        now=desk.now,
        across_policies=because == REPLAN,
    )
    return scales.weigh(decided)


def as_if(runtime: Runtime, workflow: Workflow, routed: Routed) -> Workflow:
    """
    A workflow as it would begin if it were planned like this; nothing is stored.
    """
    (evaluation, *_) = documents(routed, b"")
    runtime.keep(evaluation.sha256, routed.evaluation.terms)
    evidence = replace(
        workflow.evidence,
        quote=routed.quote_sha256,
        policy=routed.policy.sha256,
        evaluation=evaluation.sha256,
    )
    return replace(
        workflow,
        submitted_by=routed.quote.submitted_by,
        owner=routed.quote.owner,
        evidence=evidence,
        created_at=routed.at,
        tasks=(),
    )
