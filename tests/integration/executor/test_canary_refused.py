"""
What a canary may not be: refused in one sentence that names it, what was got, and why.
"""

import pytest

from approval_engine.errors import InvalidInput, InvalidState
from approval_engine.store import canaries
from tests.integration.executor.test_canary import laxer, start

KEEPS = "Expected canary 1 of policy 'deal-desk' version 2 to keep its"
RUNS = "canary 1 of policy 'deal-desk' version 2 runs"
BACK = "it routes quotes, and none of them goes back; stop it and begin another one."
SHARES = "Expected a share of 0.01 to 100 percent, with two decimals at most, but got"
OF = (
    "Expected the segment '{}' to be a condition over the inputs of policy 'deal-desk'"
    " version 1, but it"
)
NO_SHARE = (
    "Expected a share beside the segment 'amount > 1', but got none: in the shadow"
    " every quote is compared, and none is routed."
)


TAKING = [
    ({"share": 500}, f"{KEEPS} share of 10 % or grow, but got 5 %: {BACK}"),
    ({}, f"{KEEPS} share of 10 % or give it a larger one, but got none: {BACK}"),
    (
        {"share": 2000, "segment": "amount > 2"},
        f"{KEEPS} segment, 'amount > 1', but got 'amount > 2': {BACK}",
    ),
    ({"share": 2000}, f"{KEEPS} segment, 'amount > 1', but got all quotes: {BACK}"),
    (
        {"version": "3", "share": 2000},
        f"Expected to try another version, but {RUNS}; promote or stop it.",
    ),
]
NONE = [
    ({"share": 0}, f"{SHARES} 0."),
    ({"share": 10_001}, f"{SHARES} 100.01."),
    ({"segment": "amount > 1"}, NO_SHARE),
    (
        {"share": 1, "segment": "region = 1"},
        f"{OF.format('region = 1')} names 'region', which is none of them.",
    ),
    (
        {"share": 1, "segment": "amount"},
        f"{OF.format('amount')} is no condition that a quote meets or not.",
    ),
]


def test_what_would_take_quotes_from_it_is_refused(company):
    start(company, document=laxer(), share=1000, segment="amount > 1")

    for wish, sentence in TAKING:
        with pytest.raises(InvalidState) as refused:
            start(company, **wish)
        assert str(refused.value) == sentence
    assert start(company, share=2000, segment="amount > 1").result == "applied"


def test_a_share_or_segment_that_is_none_begins_nothing(company):
    for wish, sentence in NONE:
        with pytest.raises(InvalidInput) as refused:
            start(company, document=laxer(), **wish)
        assert str(refused.value) == sentence
    with company.runtime.database.read() as transaction:
        assert canaries.every(transaction) == ()
