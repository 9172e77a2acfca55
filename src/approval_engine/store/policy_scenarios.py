"""
Scenarios of policies: quotes of which somebody has said who must be asked.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import POLICY_SCENARIO


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyScenario:
    """
    One quote revision and the answer that every version of the policy must give.

    `asked` are the steps in plan order; nobody is asked if there are none.
    """

    policy: str
    quote_id: str
    quote_revision: int
    asked: tuple[str, ...]
    refused: bool
    kept_at: str
    kept_by: str


def of_policy(transaction: Transaction, policy: str) -> tuple[PolicyScenario, ...]:
    """
    The scenarios of a policy, the oldest first.
    """
    table = POLICY_SCENARIO
    query = (
        select(table)
        .where(table.c.policy == policy)
        .order_by(table.c.kept_at, table.c.quote_id)
    )
    return tuple(
        PolicyScenario(
            policy=row.policy,
            quote_id=row.quote_id,
            quote_revision=row.quote_revision,
            asked=tuple(row.asked.split()),
            refused=bool(row.refused),
            kept_at=row.kept_at,
            kept_by=row.kept_by,
        )
        for row in transaction.execute(query)
    )


def keep(transaction: Transaction, scenario: PolicyScenario) -> None:
    """
    Record a scenario; it takes the place of the one with the same quote.
    """
    remove(transaction, scenario.policy, scenario.quote_id)
    transaction.execute(
        POLICY_SCENARIO.insert().values(
            policy=scenario.policy,
            quote_id=scenario.quote_id,
            quote_revision=scenario.quote_revision,
            # No id of a step has a blank in it.
            asked=" ".join(scenario.asked),
            refused=int(scenario.refused),
            kept_at=scenario.kept_at,
            kept_by=scenario.kept_by,
        )
    )


def remove(transaction: Transaction, policy: str, quote_id: str) -> None:
    """
    Forget the scenario with that quote, if there is one.
    """
    transaction.execute(
        delete(POLICY_SCENARIO).where(
            POLICY_SCENARIO.c.policy == policy,
            POLICY_SCENARIO.c.quote_id == quote_id,
        )
    )
