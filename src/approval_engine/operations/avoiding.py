"""
A previewed quote or a workflow → how each approval that it needs could be avoided.
"""

from collections.abc import Mapping
from datetime import datetime

from approval_engine.executor.routed import Routed, day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.history.reading import Case
from approval_engine.planner.avoiding import ways_around
from approval_engine.policy.nearest import Proposal

Ways = Mapping[str, tuple[Proposal, ...]]
"""By step, in the order of the plan: the smallest changes that avoid it."""


def of_preview(routed: Routed, now: datetime) -> Ways:
    """
    The ways around each step that a submit at this instant would ask.
    """
    on, terms = day_of(routed.policy, now), routed.evaluation.terms
    return ways_around(routed.policy, routed.quote, on, terms)


def of_workflow(runtime: Runtime, found: Case) -> Ways:
    """
    The ways around each step, by the policy and on the day of the submit.
    """
    evidence = found.workflow.evidence
    with runtime.database.read() as transaction:
        policy = runtime.policy(transaction, evidence.policy)
        quote = runtime.quote(transaction, evidence.quote)
        terms = runtime.terms(transaction, evidence.evaluation)
    on = day_of(policy, found.workflow.created_at)
    return ways_around(policy, quote, on, terms)
