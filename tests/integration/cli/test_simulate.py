"""
`cpq policy simulate`: what a draft changes, line by line, and who may ask.
"""

import pytest

from tests.integration.executor.company import TRIGGERS, policy, quote


@pytest.fixture
def firm(office):
    """
    A reviewed quote at 21.4 %, and a draft that asks for margins below 20 % only.
    """
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    margin = {**TRIGGERS[0], "when": {"margin_pct": "< 20"}}
    office.file("draft.json", policy(version="2", triggers=[margin, *TRIGGERS[1:]]))
    return office


SIMULATE = ("policy", "simulate", "--policy", "draft.json")


def test_a_line_tells_each_difference_and_the_last_one_counts(firm):
    told = firm.ok(*SIMULATE, "--history").lines

    assert told[:3] == [
        "quote=Q-1 revision=1 account=ACME before=manager,finance after=automatic",
        "step=finance before=1 after=0",
        "step=manager before=1 after=0",
    ]
    assert told[3].split() == [
        "policy=deal-desk",
        *("version=2", "against=1", "quotes=1", "changed=1", "automatic=1"),
        *("caught=0", "refused=0", "admitted=0", "steps_before=2", "steps_after=0"),
    ]


def test_quotes_of_a_file_are_tried_and_not_stored(firm):
    low, high = quote("Q-7", margin_pct="19"), quote("Q-8", margin_pct="22")
    firm.file("more.json", [low, high])

    told = firm.ok("--json", *SIMULATE, "--quotes", "more.json").json

    assert (told["quotes"], told["automatic"]) == (2, 1)
    assert [each["quoteId"] for each in told["items"]] == ["Q-8"]
    assert firm("quote", "show", "--quote", "Q-8").code == 3


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 2),
        (("--history", "--quotes", "draft.json"), 2),
        (("--quotes", "draft.json"), 6),
    ],
)
def test_what_is_to_be_tried_is_said_once_and_is_quotes(firm, options, code):
    assert firm(*SIMULATE, *options).code == code


def test_a_person_needs_to_see_everything(firm):
    assert firm("--as", "sam", *SIMULATE, "--history").code == 4
    firm.ok(*SIMULATE, "--history")
