"""
A quote and the fingerprint that somebody holds → whether he may book it now.
"""

from dataclasses import dataclass
from enum import StrEnum

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import DefinitionError, NotFound, Refused
from approval_engine.executor import judging
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.changes import Judged
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import NO_TERMS
from approval_engine.store import catalog, workflows
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction


class Clearance(StrEnum):
    """
    What a system that books orders is told.
    """

    CLEARED = "cleared"  # exactly this was approved, and still is
    CHANGED = "changed"  # something else was approved, or nothing
    EXPIRED = "expired"  # the approval outlived its validity


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleared:
    """
    The answer, the fingerprint of the newest revision, and the workflow it rests on.
    """

    clearance: Clearance
    fingerprint: str | None
    workflow: str | None


def clearance(runtime: Runtime, quote_id: str, held: str) -> Cleared:
    """
    Whether the newest revision is approved and is what `held` stands for.

    Raises NotFound if there is no such quote.
    """
    with runtime.database.read() as transaction:
        row = _row(transaction, quote_id)
        last = _last(transaction, quote_id)
        present = _fingerprint(runtime, transaction, row, last)
        word = _word(runtime, last, held, present)
    return Cleared(
        clearance=word, fingerprint=present, workflow=last.id if last else None
    )


def fingerprint_of(runtime: Runtime, quote_id: str) -> str | None:
    """
    The fingerprint of the newest revision of a quote; None if no policy can judge it.

    It is taken by the policy of the quote's last workflow, before that by the active
    one. Raises NotFound if there is no such quote.
    """
    with runtime.database.read() as transaction:
        row = _row(transaction, quote_id)
        return _fingerprint(runtime, transaction, row, _last(transaction, quote_id))


def _row(transaction: Transaction, quote_id: str) -> QuoteRow:
    row = catalog.quote(transaction, quote_id)
    if row is None:
        sentence = f"There is no quote '{quote_id}'."
        raise NotFound(sentence)
    return row


def _last(transaction: Transaction, quote_id: str) -> Workflow | None:
    attempts = workflows.attempts(transaction, quote_id)
    found = workflows.read(transaction, attempts[-1].id) if attempts else None
    return found[0] if found else None


def _fingerprint(
    runtime: Runtime, transaction: Transaction, row: QuoteRow, last: Workflow | None
) -> str | None:
    digest = last.evidence.policy if last else catalog.current(transaction).policy
    if digest is None:
        return None
    policy = runtime.policy(transaction, digest)
    quote = runtime.quote(transaction, row.sha256)
    at = last.created_at if last else runtime.clock()
    try:
        terms = (
            runtime.terms(transaction, last.evidence.evaluation) if last else NO_TERMS
        )
        evaluation = evaluate(policy, quote, day_of(policy, at), terms)
    except (DefinitionError, Refused):
        # What cannot be judged has nothing that an approval could rest on.
        return None
    judged = Judged(policy=policy, quote=quote, evaluation=evaluation)
    return judging.fingerprint_of(runtime, judged)


def _word(
    runtime: Runtime, last: Workflow | None, held: str, present: str | None
) -> Clearance:
    if last is None or not held == present == last.fingerprint:
        return Clearance.CHANGED
    if last.status == WorkflowStatus.EXPIRED:
        return Clearance.EXPIRED
    if last.status != WorkflowStatus.APPROVED:
        return Clearance.CHANGED
    # A clock that nobody looked at yet must not make an old approval good.
    ends_at = last.valid_until
    late = ends_at is not None and ends_at <= runtime.clock()
    return Clearance.EXPIRED if late else Clearance.CLEARED
