"""
A decision and its author's log-in → whether that is fresh enough, and a record of it.
"""

from datetime import datetime
from decimal import Decimal

from approval_engine.domain.events import Event, stamp
from approval_engine.domain.step_up import StepUp
from approval_engine.executor.answer import Caller
from approval_engine.executor.eligibility import Eligibility
from approval_engine.policy.model import InputType
from approval_engine.store import origins
from approval_engine.store.database import Transaction
from approval_engine.store.origins import OriginRow


def worth(people: Eligibility) -> Decimal | None:
    """
    The highest amount that the policy reads of the quote; None if it knows none.
    """
    case = people.case
    amounts = [
        case.inputs.get(each.name)
        for each in case.policy.inputs
        if each.type == InputType.MONEY
    ]
    return max((a for a in amounts if isinstance(a, Decimal)), default=None)


def weighs(rule: StepUp | None) -> bool:
    """
    Whether it matters what a quote is worth.
    """
    return rule is not None and rule.over is not None


def must_be_fresh(
    rule: StepUp | None, people: Eligibility, caller: Caller, now: datetime
) -> None:
    """
    Raises StepUpRequired or Forbidden if it takes a fresher log-in to decide this.
    """
    if rule is not None and weighs(rule):
        rule.check(worth(people), caller.channel, _proved_at(caller), now)


def must_be_fresh_to_override(
    rule: StepUp | None, people: Eligibility, caller: Caller, now: datetime
) -> None:
    """
    The same for an override, which needs it whatever the quote is worth.
    """
    must_be_fresh(rule, people, caller, now)
    if rule is not None:
        rule.check_override(caller.channel, _proved_at(caller), now)


def _proved_at(caller: Caller) -> datetime | None:
    return caller.proof.proved_at if caller.proof else None


def record_origin(transaction: Transaction, event: Event, caller: Caller) -> None:
    """
    Keep beside an event how its author had shown who he is, as far as that is known.
    """
    proof = caller.proof
    if proof is None:
        return
    row = OriginRow(
        event_id=event.id,
        method=proof.method,
        credential=proof.credential,
        proved_at=stamp(proof.proved_at) if proof.proved_at else None,
        address=proof.address,
        agent=proof.agent,
    )
    origins.add(transaction, row)
