"""
Documents for tests: a small policy and quote of which a test names what it changes.
"""

import json
from pathlib import Path

from approval_engine.documents import parse
from approval_engine.policy.load import load
from approval_engine.policy.quotes import read_directory, read_quotes

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
