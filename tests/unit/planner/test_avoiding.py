"""
The smallest change that avoids an approval: always true, and never more than needed.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from approval_engine.domain.exceptions import Grant, Waives
from approval_engine.planner.avoiding import ways_around
from approval_engine.planner.requirements import collect
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import NO_TERMS, Terms
from approval_engine.policy.levers import changed
from tests.unit.policy.samples import make_line, make_policy, make_quote

ON = date(2026, 10, 5)

NUMBERS = [
    {"name": "margin_pct", "type": "number", "worse": "lower"},
    {"name": "discount_pct", "type": "number", "worse": "higher"},
    {"name": "amount", "type": "money", "worse": "higher"},
    {"name": "term_months", "type": "number"},
    {"name": "clauses", "type": "list", "values": ["cap", "exclusive", "audit"]},
    {"name": "region", "type": "string", "values": ["AMER", "EMEA", "APAC"]},
    {"name": "rush", "type": "boolean"},
    {"name": "starts", "type": "date"},
]
FACTS = {
    "marginPct": "30",
    "discount_pct": "18.4",
    "amount": "184000",
    "term_months": 24,
    "clauses": [],
    "region": "AMER",
    "rush": False,
    "starts": "2026-11-01",
    "lines": [],
}
LADDER = {
    "sales": [
        {"role": "manager", "may": {"discount_pct": "< 18", "amount": "< 200000"}},
        {"role": "director", "may": {"discount_pct": "< 30", "amount": "< 500000"}},
        {"role": "cro", "unlimited": True},
    ]
}


def rule(when, require=("finance",), **more):
    asks = {"require": list(require)} if {"ladder", "effect"}.isdisjoint(more) else {}
    return {"id": "rule", "reason": "because", "when": when, **asks, **more}


def desk(*rules, inputs=NUMBERS, **more):
    named = [
        each | ({"id": f"rule{number}"} if number else {})
        for number, each in enumerate(rules)
    ]
    steps = {each: {} for each in ("manager", "director", "cro", "finance", "legal")}
    return make_policy(inputs=inputs, triggers=named, steps=steps, **more)


def ways(policy, step="finance", terms=NO_TERMS, **facts):
    quote = make_quote(**{**FACTS, **facts})
    return told(ways_around(policy, quote, ON, terms)[step])


def told(proposals):
    return [
        tuple((each.name, shown(each.after), each.lines) for each in proposal)
        for proposal in proposals
    ]


def shown(value):
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Decimal | date) else value


def one(name, value, *lines):
    return ((name, value, lines),)


@pytest.mark.parametrize(
    ("when", "facts", "proposal"),
    [
        ({"margin_pct": "< 24"}, {"marginPct": "23.99"}, one("margin_pct", "24")),
        ({"margin_pct": "< 24.5"}, {"marginPct": "22"}, one("margin_pct", "24.5")),
        ({"discount_pct": ">= 18"}, {}, one("discount_pct", "17.9")),
        ({"discount_pct": "> 18"}, {}, one("discount_pct", "18")),
        ({"discount_pct": "[10..20)"}, {}, one("discount_pct", "9.9")),
        ({"amount": ">= 100000"}, {}, one("amount", "99999.99")),
        ({"term_months": "< 36"}, {}, one("term_months", "36")),
        ({"region": '"AMER"'}, {}, one("region", "EMEA")),
        ({"region": 'not("APAC")'}, {}, one("region", "APAC")),
        ({"rush": "true"}, {"rush": True}, one("rush", False)),
        (
            {"clauses": 'list contains(?, "cap")'},
            {"clauses": ["audit", "cap"]},
            one("clauses", ["audit"]),
        ),
        ({"starts": '< date("2026-12-01")'}, {}, one("starts", "2026-12-01")),
    ],
)
def test_the_nearest_value_of_one_fact_is_proposed(when, facts, proposal):
    assert ways(desk(rule(when)), **facts) == [proposal]


def test_each_fact_that_alone_suffices_is_proposed_the_smallest_change_first():
    policy = desk(rule({"discount_pct": ">= 18", "term_months": "< 36"}))

    assert ways(policy) == [one("discount_pct", "17.9"), one("term_months", "36")]


def test_a_change_that_adds_another_approval_is_none():
    policy = desk(
        rule({"discount_pct": ">= 18", "term_months": "< 36"}),
        rule({"term_months": ">= 36"}, require=["legal"]),
    )

    assert ways(policy) == [one("discount_pct", "17.9")]


def test_a_change_into_what_the_policy_refuses_is_none():
    policy = desk(
        rule({"region": '"AMER"'}),
        rule({"region": '"EMEA"'}, effect="refuse"),
    )

    assert ways(policy) == [one("region", "APAC")]


def test_on_a_ladder_the_higher_rung_is_avoided_and_the_lower_one_asked_instead():
    policy = desk(rule({"discount_pct": ">= 10"}, ladder="sales"), ladders=LADDER)

    # Below the director's share the manager would be asked in his place: one approval
    # more, so that only a discount that asks nobody at all is proposed.
    assert ways(policy, "director") == [one("discount_pct", "9.9")]


def test_nobody_is_told_to_make_the_quote_worse():
    policy = desk(rule({"discount_pct": "[10..20)", "margin_pct": "(20..40)"}))

    assert ways(policy) == [one("margin_pct", "40"), one("discount_pct", "9.9")]


def test_if_no_single_fact_suffices_the_smallest_pair_is_proposed():
    policy = desk(
        rule([{"discount_pct": ">= 18"}, {"term_months": "< 36"}, {"amount": "> 9"}])
    )

    assert ways(policy, amount="5") == [
        (("discount_pct", "17.9", ()), ("term_months", "36", ()))
    ]


def test_what_no_pair_avoids_has_no_proposal():
    policy = desk(
        rule([{"discount_pct": ">= 18"}, {"term_months": "< 36"}, {"amount": "> 9"}])
    )

    assert ways(policy) == []


def test_an_expression_is_changed_through_what_the_quote_states():
    yearly = {"name": "acv", "type": "money", "expr": "amount * 12 / term_months"}
    policy = desk(rule({"acv": ">= 90000"}), inputs=[*NUMBERS, yearly])

    assert ways(policy) == [
        one("amount", "179999.99"),
        one("term_months", "25"),
    ]


LINES = [
    make_line("1", listPrice="1000", netPrice="816.00", discountPct="18.4"),
    make_line("2", listPrice="1000", netPrice="900.00", discountPct="10"),
    make_line("3", listPrice="1000", netPrice="800.00", discountPct="20"),
]
OVER_LINES = [
    {
        "name": "discount_pct",
        "type": "number",
        "worse": "higher",
        "from": {"lines": "max", "of": "discount_pct"},
    },
    {
        "name": "amount",
        "type": "money",
        "worse": "higher",
        "from": {"lines": "sum", "of": "net"},
    },
]


def on_lines(*rules, **facts):
    policy = desk(*rules, inputs=OVER_LINES)
    quote = make_quote(lines=LINES, **facts)
    return told(ways_around(policy, quote, ON)["finance"])


def test_of_a_largest_discount_the_lines_beyond_the_boundary_are_named():
    assert on_lines(rule({"discount_pct": ">= 18"})) == [
        one("discount_pct", "17.9", "1", "3")
    ]


def test_a_lower_discount_may_not_lift_the_amount_over_another_boundary():
    dearer = rule({"amount": "> 25250"}, require=["legal"])

    assert on_lines(rule({"discount_pct": ">= 18"}), dearer) == []


def test_a_sum_is_lowered_by_the_quantity_of_one_line():
    assert on_lines(rule({"amount": ">= 25000"})) == [one("quantity", "9", "1")]


def test_a_trigger_on_lines_names_the_lines_that_fired_it():
    each = rule({"family": '"HW"', "discount_pct": ">= 18"}, each="line")

    assert on_lines(each) == [one("discount_pct", "17.9", "1", "3")]


def test_what_an_exception_waives_needs_no_way_around():
    policy = desk(
        rule({"discount_pct": ">= 18"}),
        rule({"amount": ">= 100000"}, require=["legal"]),
    )
    waives = Waives(trigger="rule", within="discount_pct<=20", ends_on=None, uses=None)
    grant = Grant(id="EX-1", account="ACME", waives=waives)
    found = ways_around(policy, make_quote(**FACTS), ON, Terms(exceptions=(grant,)))

    assert list(found) == ["legal"]


OPERATORS = ("< {}", "<= {}", "> {}", ">= {}", "[{}..60)", "(5..{}]", "not({})")


@pytest.mark.parametrize("seed", range(60))
def test_every_proposal_avoids_the_step_and_one_unit_less_does_not(seed):
    random = Random(seed)  # noqa: S311 no secret is made of it
    names = ("discount_pct", "margin_pct", "term_months")
    places = random.choice((0, 1, 2))

    def number():
        return str(Decimal(random.randrange(100 * 10**places)).scaleb(-places))

    rules = [
        rule(
            [
                {n: random.choice(OPERATORS).format(number()) for n in picked}
                for picked in (
                    random.sample(names, random.randint(1, 2))
                    for _ in range(random.randint(1, 2))
                )
            ],
            require=[random.choice(("finance", "legal", "manager"))],
        )
        for _ in range(3)
    ]
    policy = desk(*rules)
    facts = {"marginPct": number(), "discount_pct": number(), "term_months": number()}
    quote = make_quote(**{**FACTS, **facts})

    def asked(changes=()):
        after = quote
        for change in changes:
            after = changed(policy, after, change)
        found = collect(policy, evaluate(policy, after, ON), ON)
        return {each.rule.id for each in found}

    before = asked()
    for step, proposals in ways_around(policy, quote, ON).items():
        for proposal in proposals:
            assert asked(proposal) <= before - {step}
            assert len(proposal) == 1 or len(proposals) == 1
            if len(proposal) == 1:
                (change,) = proposal
                unit = Decimal(1).scaleb(
                    min(
                        change.before.as_tuple().exponent,
                        change.after.as_tuple().exponent,
                        0,
                    )
                )
                back = unit if change.after < change.before else -unit
                value = change.after + back
                assert not asked([replace(change, after=value)]) <= before - {step}
                while places == 0 and value != change.before:
                    assert not asked([replace(change, after=value)]) <= before - {step}
                    value += back
