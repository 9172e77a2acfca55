"""
Documents for tests: a small policy and quote of which a test names what it changes.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from approval_engine.documents import parse
from approval_engine.errors import DocumentError
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.load import load
from approval_engine.policy.quotes import read_directory, read_quotes

ON = date(2026, 10, 5)

MATRIX = Path(__file__).with_name("approval_matrix.json")

POLICY = {
    "policy": "deal-desk",
    "version": "1",
    "currency": "USD",
    "inputs": [
        {"name": "margin_pct", "type": "number", "worse": "lower"},
        {
            "name": "amount",
            "type": "money",
            "worse": "higher",
            "from": {"lines": "sum", "of": "net"},
        },
        {"name": "region", "type": "string", "values": ["AMER", "EMEA"]},
    ],
    "triggers": [
        {
            "id": "margin",
            "reason": "below_floor",
            "require": ["manager"],
            "when": {"margin_pct": "< 24"},
        },
    ],
    "steps": {"manager": {}},
}

TRIGGER = POLICY["triggers"][0]

LINE = {
    "id": "1",
    "product": "Router",
    "family": "HW",
    "quantity": 10,
    "listPrice": "1000",
    "netPrice": "820.00",
}

QUOTE = {
    "id": "Q-1",
    "revision": 1,
    "submittedBy": "sam",
    "account": "ACME",
    "currency": "USD",
    "lines": [LINE],
    "marginPct": "23.99",
    "region": "AMER",
}


def document(value, file="policy.json"):
    return parse(json.dumps(value, indent=1).encode(), file)


def without(value, *keys):
    return {key: part for key, part in value.items() if key not in keys}


def make_policy(**changes):
    return load(document({**POLICY, **changes}))


def make_quote(**changes):
    (quote,) = read_quotes(document({**QUOTE, **changes}, "quote.json"))
    return quote


def make_line(line_id="1", **changes):
    return {**LINE, "id": line_id, **changes}


def make_directory(value):
    return read_directory(document(value, "directory.json"))


def codes(problems):
    return [(problem.element, problem.code) for problem in problems]


def inputs(*more):
    """
    The inputs of the small policy, and more.
    """
    return {"inputs": [*POLICY["inputs"], *more]}


def on_lines(when, *lines, **changes):
    """
    A policy that judges each line, and a quote of these lines.
    """
    rule = TRIGGER | {"each": "line", "when": when} | changes
    return make_policy(triggers=[rule]), make_quote(lines=list(lines))


def judged(policy, quote, on=ON):
    return evaluate(policy, quote, on)


def trigger(policy, quote, on=ON):
    (result,) = evaluate(policy, quote, on).triggers
    return result


def problems(policy, quote):
    """
    Where and why this quote leaves this policy without an answer.
    """
    with pytest.raises(DocumentError) as caught:
        evaluate(policy, quote, ON)
    return [(problem.element, problem.sentence) for problem in caught.value.problems]
