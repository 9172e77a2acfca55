"""
What is calculated is shown by a quote that proves it, or said to be undecided.
"""

import pytest

from approval_engine.policy.prove.proof import prove
from tests.unit.policy.prove.confirming import ON, confirm
from tests.unit.policy.prove.matrices import policy_of

AMOUNT = {"name": "amount", "type": "money"}
TERM = {"name": "term_months", "type": "number"}
YEARLY = {"name": "acv", "type": "money", "expr": "amount * 12 / term_months"}


def found(inputs, *triggers, **more):
    rules = [
        {"id": f"t{n}", "reason": "r", "require": ["low"], "when": when}
        for n, when in enumerate(triggers)
    ]
    policy = policy_of(
        {
            "policy": "p",
            "version": "1",
            "currency": "USD",
            "inputs": inputs,
            "triggers": rules,
            "steps": {"low": {}},
            **more,
        }
    )
    findings = prove(policy, ON)
    for each in findings:
        confirm(policy, None, each)
    return findings


def test_a_gap_in_something_calculated_is_shown_by_what_it_is_made_of():
    inputs = [AMOUNT, TERM, YEARLY]
    rules = ({"acv": "< 7000"}, {"acv": "> 7000"})

    (gap,) = found(inputs, *rules, noTrigger="refuse")

    stated = gap.examples[0].quote.inputs
    assert gap.code == "gap"
    assert stated["amount"] * 12 / stated["term_months"] == 7000
    assert found(inputs, {"acv": "<= 7000"}, rules[1], noTrigger="refuse") == ()


def test_a_test_against_another_input_is_seen_both_ways():
    limit = {"name": "cap", "type": "money"}
    over, under = {"amount": "> cap * 2"}, {"amount": "< cap * 2"}

    (gap,) = found([AMOUNT, limit], over, under, noTrigger="refuse")

    stated = gap.examples[0].quote.inputs
    assert stated["amount"] == stated["cap"] * 2


def test_what_no_quote_was_found_for_is_said():
    square = {"name": "square", "type": "number", "expr": "term_months * term_months"}

    (said,) = found([TERM, square], {"square": "< -1"})

    assert (said.code, said.element) == ("undecided", "/triggers/0/when")
    assert "could not be decided" in said.sentence
    assert found([TERM, square], {"square": "> 100"}) == ()


@pytest.mark.parametrize(("worse", "codes"), [("higher", []), ("lower", ["undecided"])])
def test_a_comparison_with_another_input_has_a_direction(worse, codes):
    limit = {"name": "cap", "type": "money"}
    inputs = [AMOUNT | {"worse": worse}, limit]

    assert [each.code for each in found(inputs, {"amount": "> cap"})] == codes


def test_a_calculated_input_without_a_direction_is_undecided():
    inputs = [AMOUNT | {"worse": "higher"}, TERM, YEARLY]

    assert [e.code for e in found(inputs, {"acv": "> 7000"})] == ["undecided"]
    told = [*inputs[:2], YEARLY | {"worse": "higher"}]
    assert found(told, {"acv": "> 7000"}) == ()
