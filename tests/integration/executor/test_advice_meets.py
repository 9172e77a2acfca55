"""
Optional steps and steps for information beside revisions, replans and validity.
"""

import pytest

from approval_engine.errors import InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.replan import preview, replan
from approval_engine.operations import intake
from approval_engine.operations.preview import preview as shown
from tests.integration.executor.company import STEPS, TRIGGERS, document, policy
from tests.integration.executor.office import staff, told
from tests.integration.executor.test_revise import again, asked, why

LEGAL = {"role": "legal", "required": False}
MARGIN = {
    **TRIGGERS[0],
    "require": ["manager", "finance", "legal", "notice"],
    "inform": ["cfo"],
}
ADVISED = {
    "steps": {
        **STEPS,
        "legal": LEGAL,
        "notice": {"role": "director", "fyi": True},
    },
    "triggers": [MARGIN, *TRIGGERS[1:]],
}


@pytest.fixture
def advised(make_company):
    return make_company(**ADVISED)


def test_advice_that_was_given_stands_after_a_harmless_edit(advised):
    first = advised.started()
    advised.act(first, "legal", "approve", "lara")
    second = advised.revised(first, justification="typo").workflow

    assert why(advised, second) == {"legal": ("lara", "unchanged")}
    assert asked(advised, second) == ["manager", "finance"]
    assert told(advised, second, "informed") == ["carl", "dirk", "dora"]
    assert advised.findings() == ()


def test_advice_against_is_asked_again_and_decides_nothing_in_the_revision(advised):
    first = advised.started()
    advised.act(first, "legal", "reject", "lara")
    second = advised.revised(first, justification="typo").workflow

    assert again(advised, second) == {"legal": ("lara", "declined")}
    advised.act(second, "manager", "approve", "maria")
    assert advised.act(second, "finance", "approve", "fred").status == "approved"
    assert advised.findings() == ()


def test_advice_does_not_hold_up_a_revision_that_all_have_approved(advised):
    first = advised.started()
    advised.act(first, "manager", "approve", "maria")
    advised.act(first, "finance", "approve", "fred")
    answer = advised.revised(first, justification="typo")

    assert answer.status == "approved"
    assert asked(advised, answer.workflow) == []
    assert advised.findings() == ()


def test_a_replan_may_make_a_required_step_advice_and_advice_required(advised):
    workflow = advised.started()
    advised.act(workflow, "legal", "approve", "lara")
    steps = {
        **ADVISED["steps"],
        "legal": {"role": "legal"},
        "manager": {**STEPS["manager"], "required": False},
    }
    body = document(policy(**{**ADVISED, "steps": steps}, version="2"))
    intake.publish_policy(advised.runtime, body, "dana")
    before = preview(advised.runtime, workflow)
    after = replan(advised.runtime, workflow, Caller(actor="dana", channel="t"))

    assert before.kept == after.kept
    assert before.carried == after.carried == ("legal",)
    assert advised.act(after.successor, "finance", "approve", "fred").status == (
        "approved"
    )
    assert advised.findings() == ()


def test_preview_counts_and_explain_leave_out_what_is_only_for_information(advised):
    quote = advised.quote("Q-9")
    plan = shown(advised.runtime, quote).plan
    answer = advised.submit(quote)

    steps = [step.id for step in plan.steps]
    assert steps == ["manager", "finance", "legal"]
    assert answer.steps == advised.case(answer.workflow).steps == len(steps)
    assert advised.findings() == ()


@pytest.mark.parametrize("only", [{"required": False}, {"fyi": True}])
def test_a_policy_that_wants_an_approval_is_not_content_with_advice(make_company, only):
    steps = {**STEPS, "finance": {"role": "finance", **only}}
    margin = {**TRIGGERS[0], "require": ["finance"]}
    company = make_company(noTrigger="refuse", steps=steps, triggers=[margin])
    with pytest.raises(InvalidState, match="must approve it"):
        company.started()

    easy = policy(steps=steps, triggers=[margin], approvalValidDays=30, version="2")
    intake.publish_policy(company.runtime, document(easy), "dana")
    workflow = company.submit("Q-1").workflow
    assert company.case(workflow).status == "approved"
    assert company.case(workflow).valid_until is not None
    assert company.findings() == ()


def test_advice_waits_for_information_without_stopping_the_others(make_company):
    steps = {**ADVISED["steps"], "legal": {**LEGAL, "pauseOnInfo": True}}
    company = staff(make_company(**{**ADVISED, "steps": steps}))
    workflow = company.started()
    company.act(workflow, "legal", "request-info", "lara")
    assert company.case(workflow).next_due_at is not None
    company.act(workflow, "manager", "approve", "maria")

    assert company.act(workflow, "finance", "approve", "fred").status == "approved"
    assert company.findings() == ()
