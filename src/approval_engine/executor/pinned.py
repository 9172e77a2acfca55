"""
What a workflow was started with, read back by the hashes that it keeps.
"""

from datetime import datetime

from approval_engine.domain.workflow import Evidence
from approval_engine.executor import engine
from approval_engine.executor.judging import basis, judged_as
from approval_engine.executor.projection import Pinned
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.store.database import Transaction


def pinned(
    runtime: Runtime, transaction: Transaction, evidence: Evidence, begun_at: datetime
) -> Pinned:
    """
    The pinned documents of a workflow that began then.
    """
    definition = runtime.definition(transaction, evidence.definition)
    return Pinned(
        definition=definition,
        plan=runtime.plan(transaction, evidence.plan),
        facts=facts(runtime, transaction, evidence, definition, begun_at),
    )


def facts(
    runtime: Runtime,
    transaction: Transaction,
    evidence: Evidence,
    definition: engine.Definition,
    begun_at: datetime,
) -> engine.Values:
    """
    The facts of the quote that the definition reads; most read none.
    """
    if not definition.reads:
        return engine.NO_VALUES
    on = day_of(runtime.policy(transaction, evidence.policy), begun_at)
    found = basis(runtime, transaction, judged_as(evidence), on)
    return found.judged.evaluation.inputs
