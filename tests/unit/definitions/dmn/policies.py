"""
Policies for tests of the way to decision tables and back, shipped and made up.
"""

import json
from pathlib import Path

from hypothesis import strategies as st

from approval_engine.documents import parse
from tests.unit.policy.samples import MATRIX, POLICY

ROOT = Path(__file__).parents[4]
DEMO = ROOT / "src/approval_engine/scenarios/data/approval_matrix.json"
SHIPPED = sorted([MATRIX, *DEMO.parent.glob("*_matrix.json")])
"""The policies that ship, and the example of the documentation."""


def document(value):
    return parse(json.dumps(value, indent=1).encode(), "base.json")


INPUTS = [
    {"name": "margin_pct", "type": "number", "worse": "lower"},
    {"name": "amount", "type": "money", "worse": "higher"},
    {"name": "region", "type": "string", "values": ["AMER", "EMEA"]},
    {"name": "clauses", "type": "list", "values": ["cap", 'a "b" \\c']},
    {"name": "rush", "type": "boolean"},
    {"name": "close", "type": "date"},
]
TESTS = {
    "margin_pct": ["< 24", "[10..20)", "> amount", " not(3) ", "-"],
    "amount": [">= 500000", "< 10 or > 20", "1000"],
    "region": ['"EMEA"', 'not("AMER")', "'EMEA'"],
    "clauses": ['list contains(?, "cap")', "[]", '"a \\"b\\" \\\\c"'],
    "rush": ["true", "false"],
    "close": ['< date("2026-12-31")'],
    "family": ['"HW"', '"A&B <C>"'],
    "quantity": ["> 5"],
}
QUOTE_TESTS = {n: t for n, t in TESTS.items() if n not in {"family", "quantity"}}
STEPS = ["manager", "finance", "legal"]
DAY = st.sampled_from(["2026-01-31", "2027-12-01"])
HOURS = st.sampled_from([1, 24, "7.5", "16"])


def rows(tests):
    named = {n: st.sampled_from(t) for n, t in tests.items()}
    return st.fixed_dictionaries({}, optional=named)


def subset(values, least=0):
    return st.lists(st.sampled_from(values), unique=True, min_size=least)


def whens(tests):
    return rows(tests) | st.lists(rows(tests), min_size=1, max_size=3)


def triggers(identity):
    asking = st.fixed_dictionaries(
        {"require": subset(STEPS, 1)},
        optional={
            "ladder": st.just("sales"),
            "inform": subset(STEPS),
            "needs": subset(["justification", 'attachment:a"b\\']),
            "from": st.just("2026-01-01"),
            "until": DAY,
        },
    )
    what = asking | st.just({"effect": "refuse"})
    quotes = st.fixed_dictionaries({"when": whens(QUOTE_TESTS)})
    lines = st.fixed_dictionaries({"each": st.just("line"), "when": whens(TESTS)})
    return st.builds(
        lambda one, other: {"id": identity, "reason": "because", **one, **other},
        what,
        quotes | lines,
    )


RUNG = st.fixed_dictionaries(
    {"role": st.sampled_from(STEPS), "may": rows(QUOTE_TESTS).filter(bool)},
    optional={"in": rows(QUOTE_TESTS), "until": DAY},
)
TOP = st.sampled_from([[], [{"role": "cro", "unlimited": True}], [{"committee": 2}]])
RUNGS = st.builds(
    lambda low, top: low + top, st.lists(RUNG, min_size=2, max_size=3), TOP
)
LADDERS = RUNGS | st.fixed_dictionaries({"rungs": RUNGS, "mode": st.just("chain")})

COMPLETION = st.one_of(
    st.sampled_from(["any", "all", "first_response"]),
    st.fixed_dictionaries(
        {},
        optional={
            "veto": subset(STEPS, 1),
            "waitForAll": st.booleans(),
            "ask": st.just("everyone"),
        },
    ),
    st.builds(
        lambda key, number: {key: number, "veto": ["legal"]},
        st.sampled_from(["quorum"]),
        st.integers(1, 9),
    ),
    st.sampled_from([{"percent": "66.6"}, {"percent": 50}, {"rule": "all"}]),
)
ESCALATIONS = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(STEPS)}, optional={"afterHours": st.just(24)}
    ),
    max_size=2,
)
SLA = HOURS | st.builds(
    lambda rules, last: [*rules, last],
    st.lists(
        st.fixed_dictionaries({"when": rows(QUOTE_TESTS).filter(bool), "hours": HOURS}),
        max_size=2,
    ),
    st.fixed_dictionaries({"hours": HOURS}),
)
STEP = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(STEPS),
        "match": st.sampled_from([{}, {"region": "region"}, {"a=b": "region"}]),
        "delta": st.sampled_from([{}, {"margin_pct": "0.5", "amount": 1000}]),
        "chain": st.just("legal"),
        "stage": st.integers(1, 3),
        "completion": COMPLETION,
        "required": st.booleans(),
        "fyi": st.booleans(),
        "ask": st.just("everyone"),
        "calendar": st.just("us"),
        "slaHours": SLA,
        "remindAfterHours": st.lists(HOURS, max_size=2),
        "escalateTo": ESCALATIONS,
        "escalateMode": st.just("add"),
        "onTimeout": st.just("remind"),
        "approveOnTimeout": st.booleans(),
        "onExhausted": st.just("reject"),
        "fallbackRole": st.just("legal"),
        "dedupe": st.just("plan"),
        "assign": st.just("user:kim"),
        "pauseOnInfo": st.booleans(),
        "distinctApprovers": st.booleans(),
        "delegateGraceHours": HOURS,
        "bulk": st.booleans(),
    },
)
CALENDARS = {
    "us": {"timeZone": "America/New_York", "hours": "09:00-17:00", "days": "Mon-Fri"}
}


@st.composite
def policies(draw):
    """
    A whole policy that loads without a problem.
    """
    found = [draw(triggers(f"t_{n}")) for n in range(draw(st.integers(0, 3)))]
    return {
        **POLICY,
        "currency": "EUR",
        "calendars": CALENDARS,
        "inputs": INPUTS,
        "triggers": found,
        "ladders": {"sales": draw(LADDERS)},
        "steps": {name: draw(STEP) for name in STEPS},
    }
