"""
The limits that a policy sets to an amount: those of its triggers, and of its ladders.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from approval_engine.policy.conditions.tree import (
    Compares,
    Comparison,
    Expression,
    Interval,
    Literal,
    Relation,
    Subject,
    UnaryTest,
)
from approval_engine.policy.conditions.walk import nodes
from approval_engine.policy.model import Policy, Test

_FROM_IT_ON = frozenset({Relation.LESS, Relation.AT_LEAST})
_ABOVE_IT = frozenset({Relation.AT_MOST, Relation.MORE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """
    An amount in the policy's currency; `reached_at` says whether it is itself too much.

    `reason` is None, or the reason of a quote without which the limit does not count.
    """

    amount: Decimal
    reached_at: bool
    reason: str | None = None

    def is_reached(self, amount: Decimal) -> bool:
        """
        Whether an amount is too much for what the limit permits.
        """
        return amount > self.amount or (self.reached_at and amount == self.amount)


def limits_on(policy: Policy, name: str) -> tuple[Limit, ...]:
    """
    The limits of the input of that name that are written as numbers, each once.

    The other tests of a row are not looked at. A limit of a ladder counts for quotes
    with the reason of a trigger that asks that ladder.
    """
    found: dict[Limit, None] = {}
    for trigger in policy.triggers:
        tests = (test for row in trigger.rows for test in row.tests)
        found |= dict.fromkeys(_limits(tests, name, None))
        if trigger.ladder is not None:
            rungs = policy.ladders[trigger.ladder].rungs
            tests = (test for rung in rungs for test in (*rung.may, *rung.within))
            found |= dict.fromkeys(_limits(tests, name, trigger.reason))
    return tuple(sorted(found, key=lambda each: (each.amount, each.reason or "")))


def _limits(tests: Iterable[Test], name: str, reason: str | None) -> Iterator[Limit]:
    for test in tests:
        if test.name != name:
            continue
        for node in nodes(test.test):
            for amount, reached_at in _ends(node):
                yield Limit(amount=amount, reached_at=reached_at, reason=reason)


def _ends(node: Expression | UnaryTest) -> Iterator[tuple[Decimal, bool]]:
    match node:
        case Compares(relation=relation, operand=Literal(value=Decimal() as amount)):
            yield from _side(relation, amount)
        case Comparison(
            relation=relation,
            left=Subject(),
            right=Literal(value=Decimal() as amount),
        ):
            yield from _side(relation, amount)
        case Interval():
            # What is closed below begins with its end; what is closed above holds it.
            if isinstance(node.low, Literal) and isinstance(node.low.value, Decimal):
                yield node.low.value, node.low_closed
            if isinstance(node.high, Literal) and isinstance(node.high.value, Decimal):
                yield node.high.value, not node.high_closed
        case _:
            return


def _side(relation: Relation, amount: Decimal) -> Iterator[tuple[Decimal, bool]]:
    if relation in _FROM_IT_ON | _ABOVE_IT:
        yield amount, relation in _FROM_IT_ON
