"""
`cpq policy canary`: begun, watched, promoted and stopped on the command line.
"""

import pytest

from tests.integration.executor.company import TRIGGERS, policy

CANARY = ("policy", "canary")


@pytest.fixture
def firm(office):
    """
    A draft that asks for margins below 20 % only, and a quote at 21.4 % to submit.
    """
    margin = {**TRIGGERS[0], "when": {"margin_pct": "< 20"}}
    office.file("draft.json", policy(version="2", triggers=[margin, *TRIGGERS[1:]]))
    return office


def started(firm, *options):
    return firm.ok(*CANARY, "start", *options).lines


def submitted(firm):
    firm.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")


def test_it_goes_from_the_shadow_to_a_share_and_to_everybody(firm):
    assert started(firm, "--policy", "draft.json", "--shadow") == [
        "canary=1 policy=deal-desk version=2 status=shadow result=applied"
    ]
    submitted(firm)
    head, quote = firm.ok(*CANARY, "status").lines
    assert "status=shadow share=0" in head
    assert head.endswith("compared=1 differing=1 failed=0 routed=0")
    assert quote.startswith("quote=Q-1 revision=1 workflow=WF-")
    assert quote.endswith("side=active active=manager,finance canary=automatic")

    assert started(firm, "--share", "12.5")[0].endswith("status=canary result=applied")
    assert started(firm, "--share", "12.5")[0].endswith("result=duplicate")
    told = firm.ok(*CANARY, "status").lines
    assert told[1].startswith("guard=watching alpha=0.05 bound=120 at_least=20")
    assert told[2].startswith("side=active quotes=0")
    assert told[3].endswith("exposure=0.00 refused=0")
    assert "metric=automatic canary=0 active=0 tolerated=1.5 evidence=1" in told

    assert firm.ok(*CANARY, "promote", "--comment", "fine").lines == [
        "canary=1 policy=deal-desk version=2 status=promoted result=applied"
    ]
    assert "version=2" in firm.ok("policy", "show").lines[0]


def test_findings_are_accepted_before_it_routes_and_before_it_is_published(firm):
    margin = {**TRIGGERS[0], "when": {"margin_pct": "[10..24)"}}
    firm.file("draft.json", policy(version="2", triggers=[margin, *TRIGGERS[1:]]))
    accept = ("--accept", "fewer@/triggers/0/when=It is meant so.")
    started(firm, "--policy", "draft.json", "--shadow")

    for command in (("start", "--share", "10"), ("promote",)):
        refused = firm(*CANARY, *command)
        assert refused.code == 4
        assert "fewer@/triggers/0/when" in refused.err
    assert firm(*CANARY, "promote", "--accept", "fewer").code == 2
    assert started(firm, "--share", "10", *accept)[0].endswith("result=applied")
    changed = firm(*CANARY, "start", "--share", "20", "--alpha", "0.1", *accept)
    assert changed.code == 4
    assert "alpha 0.1 in place of 0.05" in changed.err.replace("\n", " ")
    assert firm.ok(*CANARY, "promote", *accept).lines[0].endswith("result=applied")
    assert "version=2" in firm.ok("policy", "show").lines[0]


def test_a_preview_and_an_explanation_say_by_which_rule(firm):
    ended = firm.ok(*CANARY, "start", "--policy", "draft.json", "--share", "100")
    assert "nothing to compare with" in ended.err.replace("\n", " ")
    rule = "canary of 2, 100 %, hash 0."
    assert rule in firm.ok("approval", "preview", "--quote", "Q-1").lines[0]
    submitted(firm)
    workflow = firm.ok("--json", *CANARY, "status").json["items"][0]["workflowId"]

    explained = firm.ok("approval", "explain", "--workflow", workflow).lines[0]
    assert explained.startswith("canary=2 side=canary policy=2 rule=share share=100")
    assert rule in explained
    assert (
        'canary="canary 0.'
        in firm.ok("approval", "history", "--workflow", workflow).lines[0]
    )
    assert firm.ok("approval", "replay", "--all").lines[0].startswith("replay=ok")


def test_stopping_it_brings_the_old_one_back_and_twice_is_once(firm):
    started(firm, "--policy", "draft.json", "--share", "100")
    stop = (*CANARY, "stop", "--comment", "no", "--idempotency-key", "k")

    first = firm.ok(*stop).lines
    assert first == firm.ok(*stop).lines
    assert first[0].endswith("status=stopped result=applied")
    assert firm(*CANARY, "stop", "--idempotency-key", "k").code == 5
    assert firm.ok(*CANARY, "stop").lines[0].endswith("result=duplicate")
    assert firm(*CANARY, "promote").code == 4
    submitted(firm)
    listed = firm.ok("policy", "list").lines
    assert ["status=active" in listed[0], "status=stopped" in listed[1]] == [True, True]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("start", "--policy", "draft.json"), 2),
        (("start", "--policy", "draft.json", "--shadow", "--share", "5"), 2),
        (("start", "--policy", "draft.json", "--share", "0"), 2),
        (("start", "--policy", "draft.json", "--share", "1.234"), 2),
        (("start", "--policy", "draft.json", "--share", "5", "--alpha", "1"), 2),
        (("start", "--policy", "draft.json", "--share", "5", "--tolerate", "x"), 2),
        (("start", "--policy", "draft.json", "--share", "5", "--segment", "x > 1"), 2),
        (("start", "--policy", "policy.json", "--shadow"), 4),
        (("start", "--policy", "quotes.json", "--shadow"), 6),
        (("start", "--shadow"), 2),
        (("start", "--version", "9", "--shadow"), 3),
        (("status",), 3),
        (("stop",), 3),
        (("promote",), 3),
    ],
)
def test_what_cannot_be_says_why_and_begins_nothing(firm, options, code):
    ended = firm(*CANARY, *options)

    assert ended.code == code, ended.err
    assert ended.notes
    assert firm(*CANARY, "status").code == 3


@pytest.mark.parametrize("person", ["sam", "fred"])
def test_only_who_may_publish_may_move_it(firm, person):
    begin = (*CANARY, "start", "--policy", "draft.json", "--shadow")

    for command in (begin, (*CANARY, "stop"), (*CANARY, "promote")):
        assert firm("--as", person, *command).code == 4
    assert firm("--as", "dana", *begin).code == 0
    assert firm("--as", person, *CANARY, "status").code == 4
    assert firm("--as", "dana", *CANARY, "status").code == 0
