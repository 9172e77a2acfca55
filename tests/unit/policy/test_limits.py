"""
The limits of an amount in a policy, and which side of them is too much.
"""

from decimal import Decimal

import pytest

from approval_engine.policy.limits import limits_on
from approval_engine.policy.load import load
from tests.integration.executor.company import document, policy


def limits(test, **changes):
    when = {"id": "huge", "reason": "large", "when": {"amount": test}, **changes}
    made = policy(triggers=[{"require": ["cfo"], **when}])
    return limits_on(load(document(made)), "amount")


@pytest.mark.parametrize(
    ("test", "found"),
    [
        (">= 100", [(100, True)]),
        ("> 100", [(100, False)]),
        ("< 100", [(100, True)]),
        ("<= 100", [(100, False)]),
        ("[100..200)", [(100, True), (200, True)]),
        ("(100..200]", [(100, False), (200, False)]),
        ("? >= 100 and ? < 300", [(100, True), (300, True)]),
        ("100", []),
        ("-", []),
    ],
)
def test_a_limit_is_reached_on_the_side_that_its_test_says(test, found):
    assert [(each.amount, each.reached_at) for each in limits(test)] == found


@pytest.mark.parametrize(
    ("test", "reached"),
    [(">= 100", [False, True, True]), ("> 100", [False, False, True])],
)
def test_an_amount_reaches_a_limit_or_does_not(test, reached):
    (limit,) = limits(test)
    amounts = ("99.99", "100", "100.01")

    assert [limit.is_reached(Decimal(each)) for each in amounts] == reached


def test_limits_of_a_ladder_name_the_reason_that_asks_it():
    ladder = [
        {"role": "manager", "may": {"margin_pct": ">= 10", "amount": "< 500"}},
        {"role": "cfo", "unlimited": True},
    ]
    trigger = {
        "id": "margin",
        "reason": "below_floor",
        "when": {"margin_pct": "< 24"},
        "ladder": "sales",
    }
    made = policy(triggers=[trigger], ladders={"sales": ladder})
    (limit,) = limits_on(load(document(made)), "amount")

    assert (limit.amount, limit.reason) == (500, "below_floor")
