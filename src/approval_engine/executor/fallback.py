"""
A quote that is routed → its route; by the version in force where the new one breaks.

Nobody is harmed by a new version on trial: what it refuses or breaks with is a fact
about it, which its guard counts, and no answer to whoever submits.
"""

from dataclasses import replace
from datetime import datetime

from approval_engine.executor.routed import Routed, policy_for, route
from approval_engine.executor.runtime import Runtime
from approval_engine.store.catalog import Current, QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.translated import FAILURES


def route_submitted(
    runtime: Runtime,
    transaction: Transaction,
    row: QuoteRow,
    current: Current,
    now: datetime,
) -> Routed:
    """
    What a submit or a replan of this quote makes of it, also while a canary runs.

    Raises what `route_quote` raises, of the version in force if both versions fail.
    """
    asked = (row, runtime.quote(transaction, row.sha256))
    policy, canary = policy_for(runtime, transaction, asked, current, now)
    try:
        routed = route(runtime, transaction, asked, current, now, policy)
    except FAILURES:
        # What the database could not do for this it cannot do for the other either.
        raise
    except Exception:
        if canary is None or not canary.is_new:
            raise
        canary = canary.fallen()
        policy = runtime.policy(transaction, canary.active)
        routed = route(runtime, transaction, asked, current, now, policy)
    return replace(routed, canary=canary)
