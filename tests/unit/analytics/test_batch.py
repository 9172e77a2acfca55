"""
Many quotes at once: every answer is the one that `evaluate` gives for that quote alone.
"""

import json
from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.analytics.batch import Batch, judge
from approval_engine.analytics.batch.columns import column
from approval_engine.analytics.batch.names import Table
from approval_engine.documents import parse
from approval_engine.policy.conditions import (
    ConditionError,
    holds,
    parse_expression,
    parse_unary,
)
from approval_engine.policy.conditions import evaluate as evaluate_expression
from approval_engine.policy.conditions.tree import Relation
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.load import load
from approval_engine.policy.quotes import read_quotes
from tests.unit.policy.samples import ON

INPUTS = [
    {"name": "amount", "type": "money", "worse": "higher"},
    {"name": "margin", "type": "number", "optional": True},
    {"name": "months", "type": "number"},
    {
        "name": "floor",
        "type": "number",
        "from": {"lines": "min", "of": "net", "empty": 3},
    },
    {"name": "yearly", "type": "money", "expr": "amount * 12 / months"},
    {"name": "gap", "type": "number", "optional": True, "expr": "margin - floor"},
    {"name": "large", "type": "boolean", "expr": "amount > 100 * floor"},
    {"name": "region", "type": "string", "values": ["AMER", "EMEA"]},
    {"name": "clauses", "type": "list", "values": ["cap", "net-90", "exit"]},
    {"name": "closes", "type": "date", "optional": True},
]
NUMBER_TESTS = [
    "-",
    "< 24",
    ">= 24",
    "12.5",
    "not(12.5)",
    "[10..24)",
    "(10..24.05]",
    "> 10 and < 20",
    "< floor",
    ">= floor * 2 + 0.5",
    "1, 24, > 500",
    "? * 2 > amount",
    "> 10 and < months",
    "not(? in (1, 24))",
    "? in (1, [20..30])",
    "? / months > 2",
    "not(? > 10 and ? < months) ",
]
NUMBER = st.sampled_from(NUMBER_TESTS)
MAY_LACK = st.one_of(NUMBER, st.sampled_from(["null", "not(null)", "null, < 24"]))
CELLS = {
    "amount": NUMBER,
    "margin": MAY_LACK,
    "months": NUMBER,
    "yearly": NUMBER,
    "gap": MAY_LACK,
    "large": st.sampled_from(["true", "false", "not(true)"]),
    "region": st.sampled_from(['"EMEA"', 'not("EMEA")', '"AMER", "EMEA"']),
    "clauses": st.sampled_from(
        ['"cap"', 'not("cap")', 'list contains(?, "exit")', "[]", "not([])"]
    ),
    "closes": st.sampled_from(
        ["null", '< date("2026-06-01")', 'null, > date("2026-06-01")']
    ),
}
ROW = st.fixed_dictionaries({}, optional=CELLS).filter(bool)
RUNG = st.fixed_dictionaries(
    {"may": st.fixed_dictionaries({}, optional=CELLS).filter(bool)},
    optional={"in": ROW},
)
LADDER = st.tuples(RUNG, RUNG, st.booleans()).map(
    lambda made: [
        {"role": "manager", **made[0]},
        {"role": "director", **made[1]},
        *([{"role": "cfo", "unlimited": True}] if made[2] else []),
    ]
)
POLICIES = st.fixed_dictionaries(
    {
        "rows": st.lists(st.lists(ROW, min_size=1, max_size=3), min_size=1, max_size=4),
        "by_line": st.lists(st.booleans(), min_size=4, max_size=4),
        "ladder": LADDER,
        "chain": st.booleans(),
        "process": ROW,
    }
)
DECIMALS = st.one_of(
    st.sampled_from(["1", "10", "12.5", "24", "24.05", "600", "12.50"]),
    st.decimals(1, 900, places=2).map(str),
    st.integers(1, 60).map(str),
)
# What arrays cannot hold, what is no number, what nothing can be divided by.
ODD = st.sampled_from(["0", "-3", "9999999999999999", "0.00000000000000000001", "many"])
SOUND = st.fixed_dictionaries(
    {
        "amount": DECIMALS,
        "months": DECIMALS,
        "region": st.sampled_from(["EMEA", "AMER"]),
        "margin": DECIMALS,
        "clauses": st.lists(st.sampled_from(["cap", "net-90", "exit"]), max_size=3),
        "closes": st.sampled_from(["2026-05-31", "2026-06-01", "2026-12-31"]),
    },
    optional={"floor": DECIMALS},
)
QUOTES = st.one_of(
    SOUND,
    SOUND,
    st.tuples(SOUND, st.sampled_from(["margin", "closes", "clauses", "months"])).map(
        lambda made: {key: made[0][key] for key in made[0] if key != made[1]}
    ),
    st.tuples(
        SOUND, st.sampled_from(["amount", "months", "margin", "yearly"]), ODD
    ).map(lambda made: made[0] | {made[1]: made[2]}),
)


EDGES = ["-3", "0", "1", "9.99", "10", "12.5", "20", "24", "24.05", "24.051", "600"]
SIDES = ["-3", "0", "0.5", "12", "24.05"]


@pytest.mark.parametrize(
    "text", [*NUMBER_TESTS, "null", "<= months", "? / months <= floor"]
)
def test_every_cell_at_every_edge_says_what_the_evaluator_says(text):
    test = parse_unary(text)
    rows = list(product((None, *EDGES), (None, *SIDES), (None, *SIDES)))
    columns = [[v and Decimal(v) for v in each] for each in zip(*rows, strict=True)]
    named = dict(zip(("amount", "months", "floor"), columns, strict=True))
    aside = np.zeros(len(rows), bool)
    table = Table(len(rows), {n: column(values, aside) for n, values in named.items()})
    verdict = table.test("amount", test)

    assert not aside.any()
    for row in range(len(rows)):
        names = {name: values[row] for name, values in named.items()}
        try:
            expected = holds(test, names["amount"], names)
        except ConditionError:
            assert table.wrong[row], names
            continue
        found = (verdict.yes[row], verdict.no[row])
        assert found == (expected is True, expected is False), names
        assert not table.wrong[row], names


@pytest.mark.parametrize("text", ["amount * 12 / months", "amount - months * 2.5"])
@pytest.mark.parametrize("relation", Relation)
def test_what_is_calculated_compares_as_the_evaluator_says(text, relation):
    expression, test = parse_expression(text), parse_unary(f"{relation} floor")
    rows = list(product(EDGES, SIDES, SIDES))
    columns = [[Decimal(v) for v in each] for each in zip(*rows, strict=True)]
    named = dict(zip(("amount", "months", "floor"), columns, strict=True))
    aside = np.zeros(len(rows), bool)
    table = Table(len(rows), {n: column(values, aside) for n, values in named.items()})
    table.add("found", expression)
    verdict = table.test("found", test)

    for row in range(len(rows)):
        names = {name: values[row] for name, values in named.items()}
        try:
            names["found"] = evaluate_expression(expression, names)
        except ConditionError:
            assert table.wrong[row], names
            continue
        expected = holds(test, names["found"], names)
        assert (verdict.yes[row], verdict.no[row]) == (expected, not expected), names


def policy_of(made):
    triggers = [
        {
            "id": f"t{number}",
            "reason": "because",
            "when": rows,
            **({"each": "line"} if made["by_line"][number] else {}),
            **({"ladder": "up"} if number % 2 else {"require": ["manager"]}),
        }
        for number, rows in enumerate(made["rows"])
    ]
    ladder = {"mode": "chain", "rungs": made["ladder"]} if made["chain"] else None
    return {
        "policy": "many",
        "version": "1",
        "currency": "USD",
        "inputs": INPUTS,
        "triggers": triggers,
        "ladders": {"up": ladder or made["ladder"]},
        "steps": {"manager": {}},
        "processes": [
            {"when": made["process"], "use": "deal_review"},
            {"use": "standard"},
        ],
    }


def quotes_of(facts, **more):
    values = [
        {
            "id": f"Q-{number}",
            "revision": 1,
            "submittedBy": "sam",
            "account": "ACME",
            "currency": "USD",
            **each,
            **more,
        }
        for number, each in enumerate(facts)
    ]
    return read_quotes(parse(json.dumps(values).encode(), "quotes"))


def loaded(value):
    return load(parse(json.dumps(value).encode(), "policy"))


def same(policy, quotes):
    """
    Hold every answer that is not aside against `evaluate`; how many there were.
    """
    judged = judge(policy, Batch.of(policy, quotes), ON)
    for row, quote in enumerate(quotes):
        if judged.aside[row]:
            continue
        alone = evaluate(policy, quote, ON)
        for result in alone.triggers:
            assert judged.fired[result.id][row] == result.fired, (quote, result)
            roles = [role for rung in result.rungs for role in rung.roles]
            if result.id in judged.climbed:
                assert judged.climbed[result.id].roles(row) == tuple(roles)
        assert judged.processes.value(row) == alone.process
    return int((~judged.aside).sum())


@settings(max_examples=150)
@given(POLICIES, st.lists(QUOTES, min_size=1, max_size=12))
def test_what_is_judged_together_is_judged_alike(made, facts):
    policy = loaded(policy_of(made))

    same(policy, quotes_of(facts))


EVERYDAY = {
    "rows": [[{"margin": "< 24"}], [{"amount": "> 100"}], [{"clauses": '"cap"'}]],
    "by_line": [False, True, False, False],
    "ladder": [
        {"role": "manager", "may": {"amount": "< 500"}, "in": {"region": '"EMEA"'}},
        {"role": "director", "may": {"amount": "< 5000", "yearly": "< 60000"}},
        {"role": "cfo", "unlimited": True},
    ],
    "chain": True,
    "process": {"large": "true"},
}
SOUND_ONE = {"amount": "120.50", "months": "12", "region": "EMEA", "margin": "23.99"}


def judged_of(facts, **more):
    policy, quotes = loaded(policy_of(EVERYDAY)), quotes_of(facts, **more)
    assert same(policy, quotes) >= 0
    return judge(policy, Batch.of(policy, quotes), ON)


def test_a_threshold_is_met_to_the_last_digit():
    facts = [
        SOUND_ONE | {"margin": margin}
        for margin in ("23.999999999999", "24", "24.000000000001")
    ]
    judged = judged_of([each | {"clauses": []} for each in facts])

    assert judged.fired["t0"].tolist() == [True, False, False]
    assert not judged.aside.any()


def test_a_ladder_is_climbed_as_high_as_needed():
    facts = [
        SOUND_ONE | {"clauses": [], "amount": amount, "region": region}
        for amount, region in (
            ("100", "EMEA"),
            ("100.01", "EMEA"),
            ("100.01", "AMER"),
            ("4999", "EMEA"),
            ("5000", "EMEA"),
        )
    ]
    judged = judged_of(facts)

    assert [judged.climbed["t1"].roles(row) for row in range(5)] == [
        (),
        ("manager",),
        ("director",),
        ("manager", "director"),
        ("manager", "director", "cfo"),
    ]


def test_a_quotient_is_compared_exactly():
    # 60000 a year is 5000 a month: a third more or less shows in no rounded number.
    facts = [
        SOUND_ONE | {"clauses": [], "amount": amount, "months": months}
        for amount, months in (("1", "3"), ("4999.99", "1"), ("4999.9999", "1"))
    ]
    policy = loaded(policy_of(EVERYDAY | {"rows": [[{"yearly": "< 59999.999"}]]}))
    judged = judge(policy, Batch.of(policy, quotes_of(facts)), ON)

    assert judged.fired["t0"].tolist() == [True, True, True]
    assert same(policy, quotes_of(facts)) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "many"},
        {"amount": None},
        {"region": "MARS"},
        {"months": "0"},
        {"yearly": "7"},
        {"margin": None},
        {"amount": "9999999.0000000000001"},
        {"currency": "EUR"},
    ],
    ids=str,
)
def test_what_must_be_asked_of_the_evaluator_is_aside_and_nothing_else(wrong):
    facts = [SOUND_ONE | {"clauses": []}] * 3
    facts[1] = {k: v for k, v in (facts[1] | wrong).items() if v is not None}
    policy = loaded(policy_of(EVERYDAY))
    values = quotes_of([facts[0]]) + quotes_of([facts[1]]) + quotes_of([facts[2]])
    judged = judge(policy, Batch.of(policy, values), ON)

    assert judged.aside.tolist() == [False, True, False]


def test_a_quote_with_lines_is_aside():
    lines = [
        {"id": "1", "product": "Router", "family": "HW", "quantity": 1,
         "listPrice": "10", "netPrice": "9"}
    ]  # fmt: skip
    judged = judged_of([SOUND_ONE | {"clauses": []}], lines=lines)

    assert judged.aside.tolist() == [True]


def test_no_quote_at_all_has_no_answer():
    policy = loaded(policy_of(EVERYDAY))
    judged = judge(policy, Batch.of(policy, []), ON)

    assert judged.aside.shape == judged.fired["t0"].shape == (0,)
