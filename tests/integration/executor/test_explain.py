"""
Explain: why somebody was asked, why not, and what would have avoided it.
"""

import pytest

from approval_engine.history import ways
from approval_engine.history.explain import lines, why_not
from approval_engine.history.reading import find
from approval_engine.operations.avoiding import of_preview, of_workflow
from approval_engine.operations.preview import preview
from tests.integration.executor.exceptions import POLICY, granted, quote, submitted


@pytest.fixture
def desk(make_company):
    return make_company(**POLICY)


def explained(company, workflow, wanted=None):
    case = find(company.runtime.database, workflow)
    if wanted is None:
        return list(lines(case))
    with company.runtime.database.read() as transaction:
        policy = company.runtime.policy(transaction, case.workflow.evidence.policy)
    return list(why_not(case, policy, wanted))


def around(company, workflow):
    case = find(company.runtime.database, workflow)
    return list(ways.lines(of_workflow(company.runtime, case)))


def test_why_was_i_asked_names_fact_threshold_rule_and_policy_version(desk):
    workflow = submitted(desk, margin_pct="20").workflow
    told = explained(desk, workflow)

    assert {
        "trigger": "margin",
        "fired": True,
        "reason": "below_floor",
        "fact": "margin_pct",
        "value": "20",
        "threshold": "< 24",
        "held": True,
        "lines": [],
        "policy": "1",
    } in told
    asked = explained(desk, workflow, "finance")
    assert [(each["trigger"], each["asked"]) for each in asked] == [("margin", True)]


def test_why_was_i_not_asked_names_every_trigger_with_the_facts_that_failed(desk):
    workflow = submitted(desk).workflow

    assert explained(desk, workflow, "finance") == [
        {
            "step": "finance",
            "trigger": "margin",
            "asked": False,
            "fact": "margin_pct",
            "value": "30",
            "threshold": "< 24",
            "held": False,
            "lines": [],
            "policy": "1",
        }
    ]


def test_a_role_above_or_below_on_the_ladder_learns_whose_authority_is_enough(desk):
    workflow = submitted(desk).workflow

    for role in ("manager", "cfo"):
        (line,) = explained(desk, workflow, role)
        assert line["because"] == "the authority of director is enough"
    (line,) = explained(desk, workflow, "legal")
    assert "can ask it" in line["because"]


def test_what_was_waived_is_explained_by_its_exception(desk):
    granted(desk)
    inside = submitted(desk, 1).workflow
    outside = submitted(desk, 2, discount_pct="29").workflow

    (line,) = explained(desk, inside, "director")
    assert line["because"] == "it is waived by 'EX-1'"
    for workflow, waives in ((inside, True), (outside, False)):
        told = [each for each in explained(desk, workflow) if "exception" in each]
        assert [(each["exception"], each["waives"]) for each in told] == [
            ("EX-1", waives)
        ]
        fired = [each for each in explained(desk, workflow) if each.get("fired")]
        assert {each.get("waived_by") for each in fired} == {"EX-1" if waives else None}


def test_a_preview_shows_the_waiver_that_a_submit_would_use_and_uses_none(desk):
    exception_id = granted(desk, uses=1)
    quote(desk, 1)
    routed = preview(desk.runtime, "Q-1")

    assert routed.evaluation.waivers == (exception_id,)
    assert routed.plan.steps == ()
    assert preview(desk.runtime, "Q-1").evaluation.waivers == (exception_id,)
    assert desk.submit("Q-1").steps == 0


def test_the_way_around_a_step_is_the_same_before_and_after_the_submit(desk):
    quote(desk, 1, margin_pct="23.99", discount_pct="9")
    before = of_preview(preview(desk.runtime, "Q-1"), desk.now)
    workflow = desk.submit("Q-1").workflow

    assert list(ways.lines(before)) == around(desk, workflow)
    assert around(desk, workflow) == [
        {
            "step": "finance",
            "way": 1,
            "change": "margin_pct",
            "from": "23.99",
            "to": "24",
            "lines": [],
        }
    ]
    quote(desk, 2, margin_pct="24", discount_pct="9")
    assert desk.submit("Q-2").steps == 0


def test_a_step_that_no_small_change_avoids_says_so(company):
    workflow = company.started(margin_pct="30", clause=True)
    found = find(company.runtime.database, workflow)

    assert list(ways.lines({"legal": ()})) == [
        {"step": "legal", "way": 0, "because": "no small change avoids it"}
    ]
    told = {line["step"] for line in ways.lines(of_workflow(company.runtime, found))}
    assert told == {step.id for step in found.plan.steps}


def test_a_request_for_an_exception_has_no_way_around(desk):
    granted(desk)

    assert around(desk, "WF-8809") == []
