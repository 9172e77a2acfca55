"""
A judge says of every value what the walk through its test says.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.definitions.dmn.judges import judge
from approval_engine.policy.conditions import ConditionError, holds, parse_unary

TESTS = [
    "< 24",
    "<= 24",
    "> 24",
    ">= 24",
    "= 24",
    "!= 24",
    "24",
    "> limit",
    "[10..20)",
    "(10..20]",
    "]10..20[",
    "[limit..20]",
    "[20..10]",
    '"EMEA"',
    '"EMEA","APAC"',
    '"EMEA",24',
    '["EMEA","APAC"]',
    'not("EMEA")',
    'not("EMEA","APAC")',
    "not([10..20))",
    "not(null)",
    "null",
    "-",
    "true",
    "not(true)",
    "true,false",
    '> date("2026-01-31")',
    'date("2026-01-31")',
    'not(date("2026-01-31"))',
    'list contains(?, "EMEA")',
    "empty(?)",
    "> 10 and < 20",
    "< 10 or > 20",
    "[]",
    "? * 2 > 40",
]

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["EMEA", "APAC", ""]),
    st.sampled_from(["9.99", "10", "15", "20", "24", "24.0", "25", "0"]).map(Decimal),
    st.sampled_from([date(2026, 1, 31), date(2026, 2, 1)]),
)
ALL = st.one_of(VALUES, st.lists(VALUES, max_size=3).map(tuple))


def said(function, *arguments):
    try:
        return function(*arguments)
    except ConditionError as error:
        return str(error)


@pytest.mark.parametrize("text", TESTS)
@settings(max_examples=60, deadline=None)
@given(value=ALL, limit=ALL)
def test_a_judge_says_what_its_test_says(text, value, limit):
    test = parse_unary(text)
    names = {"limit": limit}

    assert said(judge(test), value, names) == said(holds, test, value, names)
