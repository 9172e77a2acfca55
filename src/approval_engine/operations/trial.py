"""
A policy that is being written and real quotes → who would be asked, now and then.

Both are judged by today's directory, windows and clock, so that the policy is all that
differs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from approval_engine.domain.quote import Quote
from approval_engine.errors import DefinitionError, NotFound, Refused
from approval_engine.executor import waivers
from approval_engine.executor.routed import Routed, policy_in_force, route
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.model import Policy
from approval_engine.store import catalog, drafts
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction

LAST = 20
"""So many of the quotes submitted last are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """
    The steps a quote would get with the roles they ask, and why; or why it is refused.
    """

    steps: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    refused: str = ""

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        return {
            "steps": list(self.steps),
            "triggers": list(self.triggers),
            "refused": self.refused or None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """
    One quote under the policy in force and under the draft.
    """

    quote: str
    revision: int
    account: str
    before: Outcome
    after: Outcome

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        return {
            "quoteId": self.quote,
            "quoteRevision": self.revision,
            "account": self.account,
            "before": self.before.view(),
            "after": self.after.view(),
        }

    @property
    def differs(self) -> bool:
        """
        Whether anybody else would be asked.
        """
        return (self.before.steps, bool(self.before.refused)) != (
            self.after.steps,
            bool(self.after.refused),
        )

    @property
    def added(self) -> tuple[str, ...]:
        """
        Who is asked by the draft only.
        """
        return tuple(e for e in self.after.steps if e not in self.before.steps)

    @property
    def gone(self) -> tuple[str, ...]:
        """
        Who is asked by the policy in force only.
        """
        return tuple(e for e in self.before.steps if e not in self.after.steps)


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
    account = asked[0].account
    current = waivers.beside(transaction, catalog.current(transaction), account)
    now = runtime.clock()

    def said(policy: Policy) -> Outcome:
        try:
            return _said(route(runtime, transaction, asked, current, now, policy))
        except DefinitionError as error:
            return Outcome(refused=" ".join(each.sentence for each in error.problems))
        except Refused as refusal:
            return Outcome(refused=str(refusal))

    return tuple(said(policy) for policy in policies)


def _said(found: Routed) -> Outcome:
    return Outcome(
        steps=tuple(step.id for step in found.plan.steps),
        triggers=tuple(each.id for each in found.evaluation.fired),
    )
