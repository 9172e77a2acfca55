"""
A quote under today's policy and directory → its evaluation and plan; stores nothing.

Submit, preview and scenarios all see the same result here.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from approval_engine.domain.quote import Quote
from approval_engine.errors import StorageError
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.plan import RoutingPlan
from approval_engine.planner.routing import plan as route
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import Evaluation
from approval_engine.policy.model import Policy
from approval_engine.store.catalog import Current, QuoteRow
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Routed:
    """
    What the policy and the directory make of a quote, and the hashes they came under.
    """

    quote: Quote
    policy: Policy
    evaluation: Evaluation
    plan: RoutingPlan
    quote_sha256: str
    directory_sha256: str
    delegations_sha256: str


def route_quote(
    runtime: Runtime,
    transaction: Transaction,
    row: QuoteRow,
    current: Current,
    now: datetime,
    policy: Policy | None = None,
) -> Routed:
    """
    What a submit of this quote would make of it now, under `policy` or the active one.

    Raises StorageError if nothing was imported yet, DocumentError or PlanError if the
    quote cannot be judged or staffed, a Refused if the policy does not permit it.
    """
    if current.directory is None or current.delegations is None:
        sentence = "The database has no directory; run 'cpq directory import'."
        raise StorageError(sentence)
    policy = policy or _active(runtime, transaction, current)
    quote = runtime.quote(transaction, row.sha256)
    zone = policy.calendars[policy.default_step.calendar].time_zone
    evaluation = evaluate(policy, quote, now.astimezone(ZoneInfo(zone)).date())
    directory = runtime.directory(transaction, current.directory)
    delegations = runtime.delegations(transaction, current.delegations)
    return Routed(
        quote=quote,
        policy=policy,
        evaluation=evaluation,
        plan=route(policy, evaluation, quote, directory, delegations, now),
        quote_sha256=row.sha256,
        directory_sha256=current.directory,
        delegations_sha256=current.delegations,
    )


def _active(runtime: Runtime, transaction: Transaction, current: Current) -> Policy:
    if current.policy is None:
        sentence = "The database has no active policy; run 'cpq policy publish'."
        raise StorageError(sentence)
    return runtime.policy(transaction, current.policy)
