"""
What must hold of canaries: submits go by the one that runs, and each quote by its side.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from approval_engine.analytics.canaries import look
from approval_engine.documents import load
from approval_engine.domain.events import instant
from approval_engine.executor.commands.canary import ROUTE, Done
from approval_engine.policy.canary import Canary
from approval_engine.store import audit, canaries, canary_outcomes, catalog
from approval_engine.store.canaries import CanaryRow
from approval_engine.store.database import Transaction


def canaries_follow(transaction: Transaction) -> Iterator[str]:
    """
    Submits go by the terms of the canary that runs; each quote has that side's version.
    """
    terms = catalog.setting(transaction, catalog.CANARY_SETTING)
    row = canaries.running(transaction)
    wanted = _terms(row) if row else None
    if terms != wanted:
        yield f"submits go by the canary {terms}, but it says {wanted}"
    for each in canaries.every(transaction):
        if audit.kind(transaction, each.sha256) != "policy":
            yield f"{each.subject} has no policy"
        if not _is_counted(transaction, each):
            yield f"{each.subject}: its guard has counted otherwise than its quotes say"
    for workflow_id, side, version in canaries.astray(transaction):
        yield f"{workflow_id} is on the side {side}, but version {version} routed it"


def is_true(transaction: Transaction, row: Mapping[str, Any]) -> bool | None:
    """
    Whether an answer kept under a key speaks of a canary that is there.

    None if it is none about a canary.
    """
    if not str(row["route"]).startswith(f"{ROUTE}_"):
        return None
    try:
        value: Any = load(row["answer"].encode())
        done = Done(**value)
    except (TypeError, ValueError):
        return False
    known = {each.number: each for each in canaries.every(transaction)}
    found = known.get(done.canary)
    return found is not None and found.version == done.version


def _is_counted(transaction: Transaction, row: CanaryRow) -> bool:
    """
    Whether the guard, going on from its last look, sees what all quotes say anew.
    """
    # A log that is away is found by itself, and says nothing of the guard.
    if row.seen_at is None or canary_outcomes.are_away(transaction, row.number):
        return True
    now = instant(row.seen_at)
    going_on, anew = (look(transaction, row, now, anew=n) for n in (False, True))
    return going_on.view() == anew.view()


def _terms(row: CanaryRow) -> str:
    return Canary(
        number=row.number,
        version=row.version,
        policy=row.sha256,
        share=row.share,
        segment=row.segment,
        since=row.since,
    ).text()
