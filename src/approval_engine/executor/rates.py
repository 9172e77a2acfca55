"""
A quote in another currency → the rate that it is judged by, frozen at its first submit.
"""

from datetime import date

from approval_engine.domain.quote import Quote
from approval_engine.domain.rates import Rate
from approval_engine.errors import DocumentError
from approval_engine.policy.facts import problem
from approval_engine.policy.model import Policy
from approval_engine.policy.rates import rate_of
from approval_engine.store import rates
from approval_engine.store.database import Transaction


def rate_for(
    transaction: Transaction, policy: Policy, quote: Quote, on: date
) -> Rate | None:
    """
    The rate of the quote's first submit, else the newest one on that day.

    None if none is needed, or the policy knows no rates. Raises DocumentError if it
    does and there is none.
    """
    if quote.currency == policy.currency or policy.rates is None:
        return None
    wanted = (quote.currency, policy.currency)
    first = rates.first_evaluation(transaction, quote.id)
    frozen = rate_of(first) if first is not None else None
    # A revision may change its currency, and a policy its own: then it is a new case.
    if frozen is not None and (frozen.currency, frozen.into) == wanted:
        return frozen
    found = rates.newest(transaction, policy.rates.name, wanted, on)
    if found is None:
        sentence = (
            f"Expected a rate from {quote.currency} into {policy.currency} of set"
            f" '{policy.rates.name}' up to {on} for quote '{quote.id}';"
            " run 'cpq rates import'."
        )
        raise DocumentError(problem(quote, "rate", sentence, "currency"))
    return found
