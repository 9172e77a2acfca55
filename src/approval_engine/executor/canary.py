"""
A quote while a canary runs → the version of the policy that routes it, and why it does.

Submit, preview and replan all choose here. Nothing is asked of the database that a
submit has not read already, once a process knows the new version.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from approval_engine.domain.quote import Quote
from approval_engine.domain.rates import Rate
from approval_engine.errors import DocumentError
from approval_engine.executor.rates import rate_for
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.canary import (
    Canary,
    Choice,
    Side,
    choose,
    is_within,
    read,
    recorded,
)
from approval_engine.policy.facts import resolve
from approval_engine.policy.model import Policy
from approval_engine.policy.rates import converted
from approval_engine.store import workflows
from approval_engine.store.catalog import Current, QuoteRow
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Today:
    """
    The policy in force, the day by which it judges, and whether others hold now, too.
    """

    active: Policy
    on: date
    holds: Callable[[Policy], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Canaried:
    """
    What a canary made of a quote: its terms, the choice, and the hashes of both sides.

    `rate` is the one by which the segment was judged, where the evaluation by the new
    version does not hold it: it counts in another currency, or by other rates.
    """

    canary: Canary
    choice: Choice
    active: str
    rate: Rate | None = None

    @property
    def other(self) -> str:
        """
        The hash of the version that does not route the quote.
        """
        return self.active if self.is_new else self.canary.policy

    @property
    def is_new(self) -> bool:
        """
        Whether the new version routes the quote.
        """
        return self.choice.side is Side.CANARY

    def fallen(self) -> "Canaried":
        """
        The same once the new version has refused the quote or broken.
        """
        return replace(self, choice=self.choice.fallen())

    def recorded(self) -> dict[str, object]:
        """
        What the first event of the workflow says of it.
        """
        # Where the version in force routes after all, its own evaluation has the rate.
        rate = self.rate if self.is_new else None
        return recorded(self.canary, self.choice, self.active, rate)


def chosen(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    current: Current,
    today: Today,
) -> tuple[Policy, Canaried | None]:
    """
    The policy that routes a quote, and what the canary had to do with it.

    Who asks for an exception asks it of the policy in force: that one can grant it.
    """
    row, quote = asked
    if current.canary is None or quote.waives is not None:
        return today.active, None
    canary = read(current.canary)
    new = runtime.policy(transaction, canary.policy) if canary.routes else today.active
    judged_by: list[Rate | None] = []
    choice = choose(
        canary,
        row.id,
        holds=today.holds(new),
        earlier=_earlier(transaction, canary, row, current),
        within=lambda: _is_within(transaction, canary, quote, today, judged_by),
    )
    other = (new.currency, new.rates) != (today.active.currency, today.active.rates)
    found = Canaried(
        canary=canary,
        choice=choice,
        active=today.active.sha256,
        rate=judged_by[0] if judged_by and other else None,
    )
    return (new if choice.side is Side.CANARY else today.active), found


def _earlier(
    transaction: Transaction, canary: Canary, row: QuoteRow, current: Current
) -> tuple[str, Side] | None:
    """
    The last review of the quote that this canary has routed, and its side.
    """
    if not canary.routes:
        return None
    attempts = current.attempts
    if attempts is None:
        attempts = workflows.attempts(transaction, row.id)
    mine = [each for each in attempts if each.created_at >= canary.since]
    if not mine:
        return None
    new = mine[-1].policy_version == canary.version
    return mine[-1].id, Side.CANARY if new else Side.ACTIVE


def _is_within(
    transaction: Transaction,
    canary: Canary,
    quote: Quote,
    today: Today,
    judged_by: list[Rate | None],
) -> bool:
    """
    Whether the quote meets the segment, as the policy in force reads its inputs.

    The rate by which it is judged is added to `judged_by`.
    """
    try:
        rate = rate_for(transaction, today.active, quote, today.on)
    except DocumentError:
        return False
    judged_by.append(rate)
    return is_among(canary, today.active, quote, rate)


def is_among(canary: Canary, active: Policy, quote: Quote, rate: Rate | None) -> bool:
    """
    Whether a quote meets the segment, judged by that rate if it needs one.
    """
    try:
        inputs = resolve(active, converted(active, quote, rate))
    except DocumentError:
        return False
    return is_within(canary.segment, inputs)
