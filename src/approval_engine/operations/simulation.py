"""
A policy that is being written and many quotes → who would be asked more, or less.

Every quote is asked under the policy in force and under the draft, with the people,
windows and exceptions of today, so that the policy is all that differs. Nothing is
stored.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from approval_engine.analytics.simulation import Simulation, Tally, Tried, worth_of
from approval_engine.documents import Document
from approval_engine.domain.quote import Quote
from approval_engine.errors import InvalidInput, WrongOption
from approval_engine.executor.routed import policy_in_force
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.alike import Asked, Asking
from approval_engine.operations.quote_intake import read_revisions
from approval_engine.operations.worked import hours_of_roles
from approval_engine.planner.requirements import words
from approval_engine.policy.facts import stated_by
from approval_engine.policy.model import Policy
from approval_engine.store import catalog, quotes
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction

Watched: TypeAlias = Callable[[Sequence[QuoteRow]], Iterable[QuoteRow]]
"""A way through quotes, which may tell how far it is."""
Told: TypeAlias = Callable[[Tried], None]

CHUNK = 5_000
"""So many quotes are held at once."""

_OF_QUOTES = frozenset({"account", "owner", "submitted_by", "currency"})
"""What every quote says beside the inputs of a policy."""


def of_history(
    runtime: Runtime,
    policy: Policy,
    limit: int | None = None,
    watched: Watched = iter,
    by: str | None = None,
) -> Simulation:
    """
    The quotes that were submitted, those submitted last first, `limit` of them at most.

    `by` names what they are grouped by. Raises InvalidState if no policy is in force,
    WrongOption if no quote states `by`.
    """
    with runtime.database.read() as transaction:
        rows = quotes.submitted(transaction, limit)
        asked = ((row, runtime.quote(transaction, row.sha256)) for row in watched(rows))
        return _simulation(runtime, transaction, policy, asked, by)


def of_file(
    runtime: Runtime, policy: Policy, document: Document, by: str | None = None
) -> Simulation:
    """
    The quotes of a document, which need not be stored. Raises DocumentError.
    """
    revisions = read_revisions(document)
    return of_quotes(runtime, policy, ((e.row, e.quote) for e in revisions), by)


def of_quotes(
    runtime: Runtime,
    policy: Policy,
    asked: Iterable[Asked],
    by: str | None = None,
    told: Told | None = None,
) -> Simulation:
    """
    Quotes as they come, which need not be stored and of which few are held at once.

    With `told` those that change are given to it, and are not in the result.
    """
    with runtime.database.read() as transaction:
        found = _simulation(runtime, transaction, policy, asked, by, told)
    if not found.figures.quotes:
        raise InvalidInput("Expected quotes to simulate with, but there are none.")
    return found


def policies_tried(
    runtime: Runtime, transaction: Transaction, policy: Policy
) -> tuple[Policy, Policy]:
    """
    The policy in force and the draft. Raises InvalidState.
    """
    current = catalog.current(transaction)
    active = policy_in_force(runtime, transaction, current, runtime.clock())
    return active, policy


def _simulation(
    runtime: Runtime,
    transaction: Transaction,
    policy: Policy,
    asked: Iterable[Asked],
    by: str | None,
    told: Told | None = None,
) -> Simulation:
    policies = policies_tried(runtime, transaction, policy)
    must_be_stated(by, policies)
    changed: list[Tried] = []
    worked = hours_of_roles(transaction, policies[0])
    tally = Tally(worked, by, told or changed.append)
    asking = Asking(runtime, transaction, policies)
    for chunk in _chunks(asked):
        said = asking.outcomes(chunk)
        for (row, quote), (before, after) in zip(chunk, said, strict=True):
            tried = Tried(
                quote=row.id,
                revision=row.revision,
                account=row.account,
                before=before,
                after=after,
                worth=worth_of(quote),
                segment=None if by is None else segment_of(quote, by),
            )
            tally.add(tried)
    return tally.result(policy, policies[0], tuple(changed))


def _chunks(asked: Iterable[Asked]) -> Iterator[tuple[Asked, ...]]:
    rest = iter(asked)
    while chunk := tuple(islice(rest, CHUNK)):
        yield chunk


def segment_of(quote: Quote, by: str) -> str | None:
    """
    What a quote states under a name, as text; None if it does not.
    """
    value = quote.currency if by == "currency" else stated_by(quote, by)
    return None if value is None else words(value)


def groupings(*policies: Policy) -> tuple[str, ...]:
    """
    The inputs that quotes state themselves, which they can be grouped by; sorted.
    """
    return tuple(
        sorted(
            {
                each.name
                for policy in policies
                for each in policy.inputs
                if each.expr is None and each.aggregate is None
            }
        )
    )


def must_be_stated(by: str | None, policies: Iterable[Policy]) -> None:
    """
    Raise WrongOption unless quotes state what they are to be grouped by.
    """
    known = groupings(*policies)
    if by is None or by in _OF_QUOTES or by in known:
        return
    sentence = (
        f"Expected to group by an input that quotes state ({', '.join(known)}), but"
        f" '{by[:100]}' is none."
    )
    raise WrongOption(sentence)
