from datetime import date
from decimal import Decimal

import pytest

from approval_engine.documents import parse
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import Fact
from approval_engine.policy.load import load
from approval_engine.policy.quotes import read_quotes
from tests.unit.policy.samples import (
    MATRIX,
    ON,
    TRIGGER,
    document,
    inputs,
    judged,
    make_line,
    make_policy,
    make_quote,
    problems,
    trigger,
    without,
)

D = Decimal

EXAMPLE_QUOTE = {
    "id": "Q-7",
    "revision": 1,
    "submittedBy": "sam",
    "account": "ACME",
    "currency": "USD",
    "lines": [
        make_line("1", period="1"),
        make_line("2", family="SW", netPrice="950", period="2"),
    ],
    "marginPct": "23.99",
    "termMonths": 12,
    "clauses": ["liability-cap", "payment-90"],
    "region": "AMER",
    "segment": "SMB",
    "country": "US",
    "daysToClose": 10,
}


def test_the_example_of_the_documentation_is_evaluated():
    policy = load(parse(MATRIX.read_bytes(), "approval_matrix.json"))
    (quote,) = read_quotes(document(EXAMPLE_QUOTE))

    evaluation = evaluate(policy, quote, ON)
    margin, band, clause, embargo = evaluation.triggers

    assert evaluation.policy_sha256 == policy.sha256
    assert (evaluation.policy, evaluation.version) == ("deal-desk", "2026.3")
    assert evaluation.process == "standard"
    assert evaluation.inputs["amount"] == D(17700)
    assert evaluation.inputs["discount_pct"] == D(18)
    assert evaluation.inputs["year1_disc"] == D(18)
    assert evaluation.inputs["acv"] == D(17700)
    assert evaluation.fired == (margin, band, clause)
    assert margin.facts == (
        Fact(name="region", value="AMER", test='not("EMEA")', held=True),
        Fact(name="margin_pct", value=D("23.99"), test="< 24", held=True),
    )
    assert margin.require == ("manager", "finance")
    assert (band.lines, band.rungs[0].roles) == (("1",), ("director",))
    assert (clause.inform, clause.needs) == (
        ("treasury",),
        ("justification", "attachment:redline"),
    )
    assert (embargo.fired, embargo.effect) == (False, "refuse")
    assert embargo.facts == (Fact(name="country", value="US", test='"XX"', held=False),)


@pytest.mark.parametrize(
    ("margin", "fires"), [("23.99", True), ("24", False), ("24.00", False)]
)
def test_a_threshold_is_exact_to_the_cent(margin, fires):
    assert trigger(make_policy(), make_quote(marginPct=margin)).fired is fires


def test_any_row_fires_a_trigger_and_only_that_row_is_shown():
    when = [
        {"region": '"EMEA"', "margin_pct": "< 28"},
        {"region": 'not("EMEA")', "margin_pct": "< 24"},
    ]
    policy = make_policy(triggers=[TRIGGER | {"when": when}])

    fired = trigger(policy, make_quote(region="EMEA", marginPct="27.99"))
    quiet = trigger(policy, make_quote(region="AMER", marginPct="27.99"))

    assert [(fact.test, fact.held) for fact in fired.facts] == [
        ('"EMEA"', True),
        ("< 28", True),
    ]
    assert not quiet.fired
    assert [(fact.test, fact.held) for fact in quiet.facts] == [
        ('"EMEA"', False),
        ("< 28", True),
        ('not("EMEA")', True),
        ("< 24", False),
    ]
    assert (quiet.require, quiet.rungs, quiet.lines) == ((), (), ())


@pytest.mark.parametrize(
    ("on", "fires"),
    [
        (date(2026, 1, 31), False),
        (date(2026, 2, 1), True),
        (date(2026, 2, 28), True),
        (date(2026, 3, 1), False),
    ],
)
def test_a_trigger_holds_from_its_first_day_to_its_last(on, fires):
    rule = TRIGGER | {"from": "2026-02-01", "until": "2026-02-28"}
    result = trigger(make_policy(triggers=[rule]), make_quote(), on)

    assert result.fired is fires
    assert bool(result.facts) is fires


def test_a_test_may_read_another_input():
    policy = make_policy(
        **inputs({"name": "floor_pct", "type": "number"}),
        triggers=[TRIGGER | {"when": {"margin_pct": "< floor_pct - 1"}}],
    )

    assert trigger(policy, make_quote(marginPct=20, floorPct=21.5)).fired
    assert not trigger(policy, make_quote(marginPct=20, floorPct=21)).fired


@pytest.mark.parametrize(
    ("test", "clauses", "fires"),
    [
        ('"a"', ["a", "b"], True),
        ('"a"', ["b"], False),
        ('"a"', [], False),
        ("[]", [], True),
        ("[]", ["a"], False),
        ('not(list contains(?, "a"))', ["b"], True),
        ('not(list contains(?, "a"))', [], True),
        ('not(list contains(?, "a"))', ["a", "b"], False),
    ],
)
def test_a_list_meets_a_test_if_any_element_does(test, clauses, fires):
    policy = make_policy(
        **inputs({"name": "clauses", "type": "list"}),
        triggers=[TRIGGER | {"when": {"clauses": test}}],
    )

    assert trigger(policy, make_quote(clauses=clauses)).fired is fires


def test_effects_are_reported_and_not_raised():
    rule = without(TRIGGER, "require") | {"effect": "refuse"}

    result = trigger(make_policy(triggers=[rule]), make_quote())

    assert (result.fired, result.effect) == (True, "refuse")


@pytest.mark.parametrize(("region", "use"), [("EMEA", "deal_review"), ("AMER", "std")])
def test_the_first_process_whose_tests_hold_is_used(region, use):
    rules = [{"when": {"region": '"EMEA"'}, "use": "deal_review"}, {"use": "std"}]

    assert (
        judged(make_policy(processes=rules), make_quote(region=region)).process == use
    )


OPTIONAL = {"name": "x", "type": "number", "optional": True}


@pytest.mark.parametrize("test", ["< 5", ">= 5", "not(5)", "[1..2]", "!= 5"])
def test_a_gap_that_decides_a_trigger_is_refused(test):
    policy = make_policy(**inputs(OPTIONAL), triggers=[TRIGGER | {"when": {"x": test}}])

    assert problems(policy, make_quote()) == [
        ("/x", "Expected quote 'Q-1' to state 'x', which trigger 'margin' reads.")
    ]


@pytest.mark.parametrize(
    ("when", "fires"),
    [
        ({"x": "null"}, True),
        ({"x": "null, < 5"}, True),
        ({"x": "not(null)"}, False),
        ({"x": "not(null) and < 5"}, False),
        ({"x": "-"}, True),
        ({"x": "< 5", "margin_pct": "< 1"}, False),
        ([{"x": "< 5"}, {"margin_pct": "< 24"}], True),
    ],
)
def test_a_gap_that_the_rule_handles_or_that_decides_nothing_is_accepted(when, fires):
    policy = make_policy(**inputs(OPTIONAL), triggers=[TRIGGER | {"when": when}])

    assert trigger(policy, make_quote()).fired is fires


def test_all_gaps_of_all_triggers_are_reported_at_once():
    policy = make_policy(
        **inputs(OPTIONAL, OPTIONAL | {"name": "y"}),
        triggers=[
            TRIGGER | {"when": {"x": "< 5"}},
            TRIGGER | {"id": "other", "when": [{"y": "> x"}]},
        ],
        processes=[{"when": {"y": "< 1"}, "use": "other"}],
    )

    assert [element for element, _ in problems(policy, make_quote())] == [
        "/x",
        "/x",
        "/y",
        "/process",
    ]


def test_a_divisor_of_zero_in_a_test_is_refused():
    policy = make_policy(
        **inputs({"name": "term", "type": "number"}),
        triggers=[TRIGGER | {"when": {"margin_pct": "< 100 / term"}}],
    )

    ((_, sentence),) = problems(policy, make_quote(term=0))
    assert sentence == (
        "Expected 100 to be divided by a number, but not by 0 in trigger 'margin'."
    )
