from datetime import date
from decimal import Decimal

import pytest

from approval_engine.policy.quotes import read_quotes
from tests.unit.policy.samples import (
    document,
    inputs,
    judged,
    make_line,
    make_policy,
    make_quote,
    problems,
)

D = Decimal


@pytest.mark.parametrize(
    ("declared", "stated", "value"),
    [
        ({"type": "number"}, "12.50", D("12.50")),
        ({"type": "number"}, 12.5, D("12.5")),
        ({"type": "number"}, -3, D(-3)),
        ({"type": "money"}, "0.01", D("0.01")),
        ({"type": "string"}, "x", "x"),
        ({"type": "string"}, 17, "17"),
        ({"type": "string", "values": ["x"]}, "x", "x"),
        ({"type": "boolean"}, True, True),
        ({"type": "date"}, "2026-03-31", date(2026, 3, 31)),
        ({"type": "list"}, ["a", 1], ("a", "1")),
        ({"type": "list", "values": ["a"]}, [], ()),
        ({"type": "number", "optional": True}, None, None),
    ],
)
def test_a_stated_input_has_the_declared_type(declared, stated, value):
    policy = make_policy(**inputs({"name": "x"} | declared))

    assert judged(policy, make_quote(x=stated)).inputs["x"] == value


@pytest.mark.parametrize(
    ("declared", "stated"),
    [
        ({"type": "number"}, "many"),
        ({"type": "number"}, "1e3"),
        ({"type": "number"}, "NaN"),
        ({"type": "number"}, True),
        ({"type": "number"}, [1]),
        ({"type": "number"}, "9007199254740993"),
        ({"type": "money"}, "90071992547409.93"),
        ({"type": "string"}, True),
        ({"type": "string"}, ["x"]),
        ({"type": "string", "values": ["x"]}, "X"),
        ({"type": "boolean"}, "true"),
        ({"type": "boolean"}, 1),
        ({"type": "date"}, "31.03.2026"),
        ({"type": "date"}, 20260331),
        ({"type": "list"}, "a"),
        ({"type": "list"}, [True]),
        ({"type": "list", "values": ["a"]}, ["a", "b"]),
    ],
)
def test_an_input_of_another_type_is_refused(declared, stated):
    policy = make_policy(**inputs({"name": "x"} | declared))

    ((element, sentence),) = problems(policy, make_quote(x=stated))
    assert element == "/x"
    assert sentence.startswith("Expected 'x' ")


def test_a_missing_input_is_refused_with_the_policy_that_reads_it():
    (quote,) = read_quotes(
        document(
            {
                "id": "Q-1",
                "revision": 1,
                "submittedBy": "sam",
                "account": "A",
                "currency": "USD",
                "lines": [],
            }
        )
    )

    assert problems(make_policy(), quote) == [
        (
            "/margin_pct",
            (
                "Expected quote 'Q-1' to state 'margin_pct', which policy 'deal-desk'"
                " reads."
            ),
        ),
        ("/amount", "Expected quote 'Q-1' to state 'amount', for no line gives it."),
        (
            "/region",
            "Expected quote 'Q-1' to state 'region', which policy 'deal-desk' reads.",
        ),
    ]


def test_a_field_of_the_quote_itself_can_be_an_input():
    policy = make_policy(
        **inputs(
            {"name": "account", "type": "string"},
            {"name": "needed_by", "type": "date"},
        )
    )
    quote = make_quote(neededBy="2026-03-31")

    values = judged(policy, quote).inputs
    assert (values["account"], values["needed_by"]) == ("ACME", date(2026, 3, 31))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ({"lines": "sum", "of": "net"}, D("17700.0")),
        ({"lines": "sum", "of": "quantity"}, D(20)),
        ({"lines": "sum", "of": "total_cost"}, D(14000)),
        ({"lines": "sum", "of": "total_list"}, D(20000)),
        ({"lines": "max", "of": "discount_pct"}, D(18)),
        ({"lines": "min", "of": "discount_pct"}, D(5)),
        ({"lines": "avg", "of": "discount_pct"}, D("11.5")),
        ({"lines": "count"}, D(2)),
        ({"lines": "count", "where": {"family": "HW"}}, D(1)),
        ({"lines": "max", "of": "discount_pct", "where": {"period": "2"}}, D(5)),
        ({"lines": "max", "of": "discount_pct", "where": {"period": 2}}, D(5)),
        ({"lines": "sum", "of": "net", "where": {"bundled": True}}, D(9500)),
        ({"lines": "sum", "of": "setup_fee"}, D("12.50")),
        ({"lines": "max", "of": "net", "where": {"period": "9"}, "empty": 0}, D(0)),
        ({"lines": "sum", "of": "net", "where": {"family": "HW", "period": "2"},
          "empty": "-1"}, D(-1)),
    ],
)  # fmt: skip
def test_an_input_is_aggregated_over_the_lines(source, value):
    policy = make_policy(**inputs({"name": "x", "type": "number", "from": source}))
    quote = make_quote(
        lines=[
            make_line("1", period=1, cost=700, setupFee="12.50"),
            make_line("2", family="SW", netPrice="950.0", period=2, cost=700,
                      bundled=True, setupFee=0),
        ]
    )  # fmt: skip

    assert judged(policy, quote).inputs["x"] == value


def test_a_line_that_lacks_the_aggregated_number_is_refused():
    source = {"lines": "sum", "of": "total_cost"}
    policy = make_policy(**inputs({"name": "x", "type": "money", "from": source}))
    quote = make_quote(lines=[make_line("1", cost=5), make_line("2")])

    ((_, sentence),) = problems(policy, quote)
    assert sentence == (
        "Expected line '2' to state a number 'total_cost', which input 'x' reads,"
        " but got null."
    )


def test_no_line_without_a_word_on_it_is_refused():
    source = {"lines": "max", "of": "net", "where": {"period": "9"}}
    policy = make_policy(**inputs({"name": "x", "type": "money", "from": source}))

    assert problems(policy, make_quote()) == [
        ("/x", "Expected quote 'Q-1' to state 'x', for no line gives it.")
    ]


def test_no_line_is_replaced_by_what_the_quote_states():
    source = {"lines": "max", "of": "discount_pct", "where": {"family": "HW"}}
    policy = make_policy(**inputs({"name": "x", "type": "number", "from": source}))
    quote = make_quote(x="0", lines=[make_line(family="SW")])

    assert problems(policy, quote) == [
        ("/x", "Expected quote 'Q-1' to state 'x', for no line gives it.")
    ]


@pytest.mark.parametrize("family", ["hw", "HW ", "\u0397W", "XX"])
def test_no_line_slips_out_of_an_aggregate_by_an_undeclared_value(family):
    source = {"lines": "max", "of": "discount_pct", "where": {"family": "HW"}}
    policy = make_policy(
        **inputs(
            {"name": "family", "type": "string", "values": ["HW", "SW"]},
            {"name": "x", "type": "number", "from": source | {"empty": 0}},
        )
    )

    assert judged(policy, make_quote()).inputs["x"] == D(18)
    assert judged(policy, make_quote(lines=[make_line(family="SW")])).inputs["x"] == 0
    ((place, sentence),) = problems(
        policy, make_quote(lines=[make_line(family=family)])
    )
    assert place == "/x"
    assert sentence.startswith("Line '1': Expected 'family' among HW, SW, but got ")


def test_totals_of_a_quote_without_lines_are_stated():
    quote = make_quote(lines=[], amount="17700.00")

    assert judged(make_policy(), quote).inputs["amount"] == D(17700)


def test_a_stated_total_must_agree_with_the_lines_to_the_cent():
    assert judged(make_policy(), make_quote(amount="8200.00"))
    assert problems(make_policy(), make_quote(amount="8199.99")) == [
        (
            "/amount",
            (
                "Expected 'amount' of 8200.00, which the lines give, but quote states"
                " 8199.99."
            ),
        )
    ]


def test_a_stated_percentage_may_be_rounded_to_two_decimals():
    source = {"lines": "max", "of": "discount_pct"}
    declared = {"name": "discount_pct", "type": "number", "from": source}
    policy = make_policy(**inputs(declared))
    line = make_line(listPrice=3, netPrice=2)

    evaluation = judged(policy, make_quote(lines=[line], discountPct="33.33"))

    assert evaluation.inputs["discount_pct"] > D("33.33")
    for wrong in ("33", "33.34", "33.3"):
        assert problems(policy, make_quote(lines=[line], discountPct=wrong))


def test_an_expression_is_calculated_and_what_is_stated_is_checked():
    acv = {"name": "acv", "type": "money", "expr": "amount * 12 / term"}
    policy = make_policy(**inputs({"name": "term", "type": "number"}, acv))

    assert judged(policy, make_quote(term=24)).inputs["acv"] == D(4100)
    assert judged(policy, make_quote(term=24, acv=4100)).inputs["acv"] == D(4100)
    assert problems(policy, make_quote(term=24, acv=4000)) == [
        (
            "/acv",
            (
                "Expected 'acv' of 4100.00, which the other inputs give,"
                " but quote states 4000."
            ),
        )
    ]
    assert problems(policy, make_quote(term=0)) == [
        (
            "/acv",
            "Expected 98400.00 to be divided by a number, but not by 0 in 'acv'.",
        )
    ]


def test_an_expression_over_a_missing_input_is_not_reported_twice():
    acv = {"name": "acv", "type": "money", "expr": "amount / term"}
    policy = make_policy(**inputs({"name": "term", "type": "number"}, acv))

    assert [element for element, _ in problems(policy, make_quote())] == ["/term"]


def test_an_expression_over_null_has_no_value():
    term = {"name": "term", "type": "number", "optional": True}
    acv = {"name": "acv", "type": "money", "expr": "amount / term"}
    policy = make_policy(**inputs(term, acv))
    lenient = make_policy(**inputs(term, acv | {"optional": True}))

    assert judged(lenient, make_quote()).inputs["acv"] is None
    assert problems(policy, make_quote()) == [
        ("/acv", ("Expected quote 'Q-1' to state 'acv' by its parts, but there is no"
         " term."))
    ]  # fmt: skip


def test_a_quote_in_another_currency_is_refused():
    ((element, sentence),) = problems(make_policy(), make_quote(currency="EUR"))

    assert element == "/currency"
    assert sentence == (
        "Expected quote 'Q-1' in USD, the currency of policy 'deal-desk', but it is"
        " in EUR."
    )
