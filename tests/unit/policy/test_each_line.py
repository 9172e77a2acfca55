from decimal import Decimal

import pytest

from approval_engine.errors import PlanError
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import Fact
from tests.unit.policy.samples import (
    ON,
    TRIGGER,
    inputs,
    make_line,
    make_policy,
    make_quote,
    on_lines,
    problems,
    trigger,
    without,
)

D = Decimal


def test_a_trigger_on_each_line_names_the_lines_and_the_worst_value():
    policy, quote = on_lines(
        {"family": '"HW"', "discount_pct": ">= 10"},
        make_line("1"),
        make_line("2", netPrice=900),
        make_line("3", netPrice=901),
        make_line("4", family="SW", netPrice=500),
    )
    result = trigger(policy, quote)

    assert (result.fired, result.lines) == (True, ("1", "2"))
    assert result.facts == (
        Fact(name="family", value="HW", test='"HW"', held=True, lines=("1", "2")),
        Fact(
            name="discount_pct",
            value=D(18),
            test=">= 10",
            held=True,
            lines=("1", "2"),
        ),
    )


def test_the_worst_value_is_the_lowest_where_lower_is_worse():
    policy, quote = on_lines(
        {"net_price": "< 900"}, make_line("1"), make_line("2", netPrice=700)
    )

    assert trigger(policy, quote).facts[0].value == D(700)


def test_rows_that_no_line_meets_are_not_shown():
    policy, quote = on_lines(
        [{"family": '"SW"'}, {"family": '"HW"'}, {"quantity": "> 5"}],
        make_line("1"),
        make_line("2", family="SW", quantity=1),
    )

    assert [(fact.test, fact.lines) for fact in trigger(policy, quote).facts] == [
        ('"SW"', ("2",)),
        ('"HW"', ("1",)),
        ("> 5", ("1",)),
    ]


def test_a_trigger_that_no_line_meets_shows_what_each_cell_met():
    policy, quote = on_lines(
        {"family": '"SW"', "discount_pct": ">= 10"},
        make_line("1"),
        make_line("2", family="SW", netPrice=950),
    )
    result = trigger(policy, quote)

    assert (result.fired, result.lines) == (False, ())
    assert [(fact.value, fact.held, fact.lines) for fact in result.facts] == [
        ("SW", True, ("2",)),
        (D(18), True, ("1",)),
    ]


def test_a_quote_of_totals_only_does_not_slip_through_the_rules_on_lines():
    policy, _ = on_lines({"family": '"HW"', "amount": ">= 1000"})
    small, large = (make_quote(lines=[], amount=amount) for amount in (999, 1000))
    known = make_quote(lines=[], amount=1000, family="HW")

    assert not trigger(policy, small).fired
    assert [place for place, _ in problems(policy, large)] == ["/family"]
    assert trigger(policy, known).lines == ("*",)


def test_a_line_reads_its_own_field_before_the_input_of_that_name():
    source = {"lines": "max", "of": "discount_pct"}
    rule = TRIGGER | {"each": "line", "when": {"discount_pct": "< 10"}}
    policy = make_policy(
        **inputs({"name": "discount_pct", "type": "number", "from": source}),
        triggers=[rule],
    )
    quote = make_quote(lines=[make_line("1"), make_line("2", netPrice=950)])

    assert trigger(policy, quote).lines == ("2",)


def test_a_line_can_state_a_declared_input_or_leave_it_to_the_quote():
    rule = TRIGGER | {"each": "line", "when": {"limit_pct": "< 10"}}
    policy = make_policy(
        **inputs({"name": "limit_pct", "type": "number"}), triggers=[rule]
    )
    lines = [
        make_line("1"),
        make_line("2", limitPct="9.5"),
        make_line("3", limitPct=11),
    ]

    assert trigger(policy, make_quote(lines=lines, limitPct=5)).lines == ("1", "2")
    assert problems(policy, make_quote(lines=lines)) == [
        (
            "/limit_pct",
            (
                "Expected quote 'Q-1' to state 'limit_pct' on line '1',"
                " which trigger 'margin' reads."
            ),
        )
    ]


def test_a_gap_on_one_line_is_refused_although_another_line_fires():
    policy, quote = on_lines(
        {"cost": "> 500"}, make_line("1", cost=600), make_line("2")
    )

    assert problems(policy, quote) == [
        (
            "/cost",
            (
                "Expected quote 'Q-1' to state 'cost' on line '2',"
                " which trigger 'margin' reads."
            ),
        )
    ]


def test_a_line_value_that_the_policy_does_not_declare_is_refused():
    rule = TRIGGER | {"each": "line", "when": {"family": '"HW"'}}
    family = {"name": "family", "type": "string", "values": ["HW", "SW"]}
    policy = make_policy(**inputs(family), triggers=[rule])

    assert trigger(policy, make_quote()).fired
    ((_, sentence),) = problems(policy, make_quote(lines=[make_line(family="XX")]))
    assert sentence == "Line '1': Expected 'family' among HW, SW, but got 'XX'."


def test_the_highest_rung_that_any_line_needs_is_asked():
    ladder = [
        {"role": "manager", "may": {"discount_pct": "< 15", "amount": "< 100000"}},
        {"role": "director", "may": {"discount_pct": "< 25", "amount": "< 500000"}},
        {"role": "cro", "unlimited": True},
    ]
    rule = without(TRIGGER, "require") | {
        "each": "line",
        "when": {"discount_pct": ">= 10"},
        "ladder": "sales",
    }
    policy = make_policy(triggers=[rule], ladders={"sales": ladder})

    def roles(*net_prices):
        lines = [make_line(str(n), netPrice=p) for n, p in enumerate(net_prices)]
        return trigger(policy, make_quote(lines=lines)).rungs[0].roles

    assert roles(900) == ("manager",)
    assert roles(900, 850) == ("director",)
    assert roles(900, 851, 990) == ("manager",)
    assert roles(900, 749) == ("cro",)
    assert roles(*[900] * 12) == ("director",)


def test_above_the_top_of_a_ladder_is_refused_with_the_number():
    ladder = [{"role": "vp", "may": {"amount": "<= 8000"}}]
    rule = without(TRIGGER, "require") | {"ladder": "sales"}
    policy = make_policy(triggers=[rule], ladders={"sales": ladder})

    with pytest.raises(PlanError, match=r"amount=8200\.00"):
        evaluate(policy, make_quote(), ON)
    assert trigger(policy, make_quote(marginPct=50)).rungs == ()
