"""
A workflow, or the plan of a submit → when it will be approved; and if that held.

The command line and the pages add them to what they show; no command asks for one.
"""

from approval_engine.analytics.forecast import judged as judging
from approval_engine.analytics.forecast.asking import NEWEST, Forecasts
from approval_engine.analytics.forecast.judged import LAST, TRIES, Judged, Papers
from approval_engine.analytics.forecast.legs import Asked
from approval_engine.analytics.forecast.spans import Forecast
from approval_engine.domain.delegation import Delegation
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.commands.foresee import Foreseen
from approval_engine.executor.routed import Routed, policy_in_force
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.plan import RoutingPlan
from approval_engine.store import catalog, seats
from approval_engine.store.database import Transaction


def of_workflow(
    runtime: Runtime, forecasts: Forecasts, workflow: Workflow, plan: RoutingPlan
) -> Forecast | None:
    """
    The forecast of a workflow; None if it has ended.
    """
    if workflow.status != WorkflowStatus.PENDING:
        return None
    with runtime.database.read() as transaction:
        policy = runtime.policy(transaction, workflow.evidence.policy)
        windows = _windows(runtime, transaction)
    asked = Asked(plan=plan, at=runtime.clock(), workflow=workflow, windows=windows)
    return forecasts.of(asked, policy)


def of_preview(
    runtime: Runtime,
    forecasts: Forecasts,
    routed: Routed,
    foreseen: Foreseen | None = None,
) -> Forecast | None:
    """
    The forecast of what a submit would start now; None if it would ask nobody.

    What would stand of an earlier review is waited for no more.
    """
    with runtime.database.read() as transaction:
        windows = runtime.delegations(transaction, routed.delegations_sha256)
    standing = foreseen.stands if foreseen else ()
    asked = Asked(
        plan=routed.plan,
        at=routed.at,
        stands=frozenset(each.decided.step for each in standing),
        windows=windows,
    )
    return forecasts.of(asked, routed.policy)


def judged(runtime: Runtime, last: int = LAST) -> Judged:
    """
    Whether the last forecasts held, made again as they would have been said.

    Raises InvalidState if no policy is in force.
    """
    now = runtime.clock()
    with runtime.database.read() as transaction:
        current = catalog.current(transaction)
        policy = policy_in_force(runtime, transaction, current, now)
        # The first of them was told by what came before it.
        read = seats.newest(transaction, NEWEST + TRIES * last)
        plans = runtime.plans(transaction, (each.plan_sha256 for each in read[0]))

        def windows(sha256: str) -> tuple[Delegation, ...]:
            return runtime.delegations(transaction, sha256)

        papers = Papers(plans=plans, windows=windows)
        return judging.judged(read, papers, policy, now, last)


def _windows(runtime: Runtime, transaction: Transaction) -> tuple[Delegation, ...]:
    current = catalog.current(transaction)
    if current.delegations is None:
        return ()
    return runtime.delegations(transaction, current.delegations)
