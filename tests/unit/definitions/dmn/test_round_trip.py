"""
A policy that goes to decision tables and back is the same policy.
"""

import copy
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approval_engine.definitions.dmn.evaluate import prepare
from approval_engine.definitions.dmn.export import export
from approval_engine.definitions.dmn.importing import imported
from approval_engine.definitions.dmn.read import read
from approval_engine.documents import in_order, parse
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.load import load
from tests.unit.definitions.dmn.policies import (
    DEMO,
    SHIPPED,
    document,
    policies,
)
from tests.unit.policy.samples import POLICY, make_quote

slow = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow]
)


def back(value, base=None):
    """
    A policy document after it was exported and imported into a base.
    """
    definitions = read(export(document(value).value), "policy.dmn")
    return imported(definitions, document(base if base is not None else value))


def same_bytes(value):
    return in_order(back(value).document) == in_order(document(value).value)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_policy_comes_back_byte_for_byte(path):
    value = parse(path.read_bytes(), path.name).value
    found = imported(read(export(value)), parse(path.read_bytes(), path.name))

    assert in_order(found.document) == in_order(value)
    assert found.notes == ()


@slow
@given(value=policies())
def test_any_policy_comes_back_byte_for_byte(value):
    load(document(value))

    assert same_bytes(value)


def sorted_tests(tests):
    return tuple(sorted(tests, key=lambda each: (each.name, each.text.strip())))


def judged(tests):
    return sorted_tests(replace(each, text=each.text.strip()) for each in tests)


def meaning(policy):
    """
    What a policy asks, whatever the order of the tests in a row.
    """
    return (
        [
            replace(t, rows=tuple(replace(r, tests=judged(r.tests)) for r in t.rows))
            for t in policy.triggers
        ],
        {
            name: [
                replace(r, may=judged(r.may), within=judged(r.within))
                for r in ladder.rungs
            ]
            for name, ladder in policy.ladders.items()
        },
        [
            replace(s, sla=tuple(replace(r, tests=judged(r.tests)) for r in s.sla))
            for s in policy.steps.values()
        ],
    )


@slow
@given(value=policies())
def test_tables_alone_say_all_that_triggers_ladders_and_steps_say(value):
    """
    The base has none of them, so that nothing can be taken from there.
    """
    base = {**value, "triggers": [], "ladders": {}, "steps": {}}
    found = back(value, base).document

    assert meaning(load(document(found))) == meaning(load(document(value)))


@slow
@given(value=policies())
def test_the_same_policy_gives_the_same_bytes(value):
    assert export(value) == export(copy.deepcopy(value))


NUMBERS = st.sampled_from(["0", "9.99", "24", "27", "28", "60", "61", "500000"])
FACTS = st.fixed_dictionaries(
    {
        "marginPct": NUMBERS,
        "discount_pct": NUMBERS,
        "amount": NUMBERS,
        "term_months": NUMBERS,
        "payment_days": NUMBERS,
        "clauses": st.lists(
            st.sampled_from(["liability-cap", "payment-90", "exclusivity"]), unique=True
        ),
        "screening": st.sampled_from(["clear", "review", "blocked"]),
        "region": st.sampled_from(["AMER", "EMEA", "APAC"]),
        "segment": st.sampled_from(["SMB", "ENT"]),
    }
)
WHOLE = parse(DEMO.read_bytes(), DEMO.name).value
WHOLE = {
    **WHOLE,
    "inputs": [
        {key: part for key, part in each.items() if key != "from"}
        for each in WHOLE["inputs"]
    ],
    "triggers": [each for each in WHOLE["triggers"] if "each" not in each],
    "ladders": {
        "sales": [{"role": "cro", "unlimited": True}],
    },
}
"""The demo policy without what judges lines."""

ASKED = prepare(read(export(WHOLE)), "triggers")
LOADED = load(document(WHOLE))


@settings(deadline=None)
@given(facts=FACTS)
def test_the_exported_table_fires_the_triggers_that_the_policy_fires(facts):
    quote = make_quote(lines=[], **facts)
    evaluation = evaluate(LOADED, quote, date(2026, 10, 5))
    rows = ASKED.evaluate(evaluation.inputs).rows
    fired = list(dict.fromkeys(row["trigger"] for row in rows))

    assert fired == [each.id for each in evaluation.fired]


def test_what_the_tables_do_not_hold_comes_from_the_base():
    base = {**POLICY, "approvalValidDays": 7, "noTrigger": "refuse"}
    found = back(POLICY, base).document

    assert (found["approvalValidDays"], found["noTrigger"]) == (7, "refuse")


def test_decimals_of_the_base_keep_their_value():
    value = {**POLICY, "steps": {"manager": {"slaHours": 7.5}}}
    found = back(value).document

    (rule,) = load(document(found)).steps["manager"].sla
    assert rule.hours == Decimal("7.5")
