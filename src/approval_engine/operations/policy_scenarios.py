"""
Scenarios of a policy: quotes whose answer is known, asked again of every draft.

They are kept by quote and not in a file: whoever owns a policy points at a quote and
says that this answer is right.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.trial import Outcome, outcome
from approval_engine.policy.model import Policy
from approval_engine.store import catalog
from approval_engine.store import policy_scenarios as store
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.policy_scenarios import PolicyScenario

_MOST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """
    One scenario, and the answer that a policy gives to its quote.
    """

    scenario: PolicyScenario
    account: str
    found: Outcome

    @property
    def passed(self) -> bool:
        """
        Whether the same steps are asked, or the quote is refused as it must be.
        """
        kept = self.scenario
        return (frozenset(kept.asked), kept.refused) == (
            frozenset(self.found.steps),
            bool(self.found.refused),
        )

    def __str__(self) -> str:
        kept = self.scenario
        must = _said(kept.asked, refused=kept.refused)
        found = _said(self.found.steps, refused=bool(self.found.refused))
        return (
            f"Scenario {kept.quote_id} ({self.account}) must be {must}, and would be"
            f" {found}."
        )


def play(
    runtime: Runtime, transaction: Transaction, policy: Policy
) -> tuple[Played, ...]:
    """
    What a policy says to each of its scenarios.
    """
    rows = [
        (each, catalog.quote(transaction, each.quote_id, each.quote_revision))
        for each in store.of_policy(transaction, policy.name)
    ]
    return tuple(
        Played(
            scenario=scenario,
            account=row.account,
            found=outcome(runtime, transaction, row, policy),
        )
        for scenario, row in rows
        if row is not None
    )


def keep(runtime: Runtime, policy: Policy, quote_id: str, actor: str) -> PolicyScenario:
    """
    What this policy says to a quote is right, for every version after it too.

    Raises NotFound for a quote that is not there.
    """
    with runtime.database.begin() as transaction:
        row = _quote(transaction, quote_id)
        known = [e.quote_id for e in store.of_policy(transaction, policy.name)]
        if len(known) >= _MOST and quote_id not in known:
            sentence = f"There are {_MOST} scenarios already; forget some of them."
            raise InvalidState(sentence)
        found = outcome(runtime, transaction, row, policy)
        scenario = PolicyScenario(
            policy=policy.name,
            quote_id=row.id,
            quote_revision=row.revision,
            asked=found.steps,
            refused=bool(found.refused),
            kept_at=stamp(runtime.clock()),
            kept_by=actor,
        )
        store.keep(transaction, scenario)
    return scenario


def forget(runtime: Runtime, policy: str, quote_id: str) -> None:
    """
    A scenario less, if there is one with that quote.
    """
    with runtime.database.begin() as transaction:
        store.remove(transaction, policy, quote_id)


def _quote(transaction: Transaction, quote_id: str) -> QuoteRow:
    row = catalog.quote(transaction, quote_id)
    if row is None:
        sentence = f"There is no quote '{quote_id[:100]}'."
        raise NotFound(sentence)
    return row


def _said(steps: Iterable[str], *, refused: bool) -> str:
    if refused:
        return "refused"
    return f"asked of {', '.join(steps)}" if steps else "approved without asking"
