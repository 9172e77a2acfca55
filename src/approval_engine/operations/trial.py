"""
A policy that is being written and real quotes → who would be asked, now and then.

Both are judged by today's directory, windows and clock, so that the policy is all that
differs.
"""

from collections.abc import Iterable

from approval_engine.analytics.simulation import Ask, Outcome, Tried
from approval_engine.domain.quote import Quote
from approval_engine.errors import DefinitionError, NotFound, Refused
from approval_engine.executor import waivers
from approval_engine.executor.routed import Routed, policy_in_force, route
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.plan import RoutingPlan
from approval_engine.policy.model import Policy
from approval_engine.store import catalog, drafts
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction

__all__ = ["LAST", "Outcome", "Tried", "judged", "last", "one", "outcome", "outcomes"]

LAST = 20
"""So many of the quotes submitted last are looked at."""


def last(runtime: Runtime, policy: Policy) -> tuple[Tried, ...]:
    """
    The quotes that were submitted last, the newest first.
    """
    with runtime.database.read() as transaction:
        ids = drafts.last_submitted(transaction, LAST)
        return tuple(_tried(runtime, transaction, policy, ids))


def one(runtime: Runtime, policy: Policy, quote_id: str) -> Tried:
    """
    One quote by its id. Raises NotFound.
    """
    with runtime.database.read() as transaction:
        found = tuple(_tried(runtime, transaction, policy, (quote_id,)))
    if not found:
        sentence = f"There is no quote '{quote_id[:100]}'."
        raise NotFound(sentence)
    return found[0]


def _tried(
    runtime: Runtime, transaction: Transaction, policy: Policy, ids: Iterable[str]
) -> Iterable[Tried]:
    current = catalog.current(transaction)
    active = policy_in_force(runtime, transaction, current, runtime.clock())
    for quote_id in ids:
        row = catalog.quote(transaction, quote_id)
        if row is not None:
            quote = runtime.quote(transaction, row.sha256)
            yield compared(runtime, transaction, (row, quote), (active, policy))


def compared(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    policies: tuple[Policy, Policy],
) -> Tried:
    """
    What two policies say to a quote that need not be stored.
    """
    before, after = outcomes(runtime, transaction, asked, policies)
    row = asked[0]
    return Tried(
        quote=row.id,
        revision=row.revision,
        account=row.account,
        before=before,
        after=after,
    )


def outcome(
    runtime: Runtime, transaction: Transaction, row: QuoteRow, policy: Policy
) -> Outcome:
    """
    What a policy says to a quote, with the people and exceptions of today.
    """
    quote = runtime.quote(transaction, row.sha256)
    return outcomes(runtime, transaction, (row, quote), (policy,))[0]


def outcomes(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    policies: Iterable[Policy],
) -> tuple[Outcome, ...]:
    """
    What each policy says to a quote that need not be stored.
    """
    return tuple(judged(runtime, transaction, asked, policy)[0] for policy in policies)


def judged(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    policy: Policy,
) -> tuple[Outcome, RoutingPlan | None]:
    """
    What a policy says to a quote, and the plan that comes of it; none if it is refused.
    """
    current = catalog.current(transaction)
    seen = waivers.beside(transaction, current, asked[0].account)
    try:
        found = route(runtime, transaction, asked, seen, runtime.clock(), policy)
    except DefinitionError as error:
        sentences = (each.sentence for each in error.problems)
        return Outcome(refused=" ".join(sentences)), None
    except Refused as refusal:
        return Outcome(refused=str(refusal)), None
    return _said(found), found.plan


def _said(found: Routed) -> Outcome:
    return Outcome(
        asks=tuple(
            Ask(step=step.id, role=step.role, hours=step.sla_hours)
            for step in found.plan.steps
        ),
        triggers=tuple(each.id for each in found.evaluation.fired),
    )
