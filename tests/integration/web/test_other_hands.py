"""
The web: one click for two branches, questions, added approvers and overrides in red.
"""

import pytest

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.override import Override, override
from approval_engine.operations import intake
from tests.integration.executor.company import STEPS, document, policy
from tests.integration.executor.office import staff
from tests.integration.web.browser import text_of


@pytest.fixture
def twice(company):
    """
    A workflow whose two branches both ask maria: T-1 as manager, T-2 as finance.
    """
    steps = {**STEPS, "finance": {**STEPS["finance"], "assign": "user:maria"}}
    body = document(policy(steps=steps, version="2"))
    intake.publish_policy(company.runtime, body, "dana")
    return company.started()


def statuses(company, workflow):
    return [str(task.status) for task in company.case(workflow).tasks]


def test_the_same_person_in_two_branches_has_one_row_with_two_reasons(
    company, enter, twice
):
    page = text_of(enter("maria").get("/"))

    assert "Mine 1" in page
    assert "Manager: below floor" in page
    assert "Finance: below floor" in page


def test_one_click_decides_both_branches_and_leaves_two_records(company, enter, twice):
    answer = enter("maria").act("T-1", "approve", also="T-2")

    assert answer.status_code == 303
    assert company.case(twice).status == "approved"
    assert company.log(twice).count("task_approved") == 2
    assert company.is_sound()


def test_one_click_may_be_split(company, enter, twice):
    enter("maria").act("T-1", "approve")

    assert statuses(company, twice) == ["approved", "open"]


def test_one_click_decides_nothing_that_is_somebody_elses(company, enter):
    workflow = company.started()
    enter("maria").act("T-1", "approve", also="T-2")

    assert statuses(company, workflow) == ["approved", "open"]


def test_whoever_is_asked_for_information_finds_the_task_and_answers(company, enter):
    workflow = company.started()
    enter("fred").act("T-2", "request-info", comment="which term?", to="lara")
    assert "Waits for information from Lara" in text_of(enter("fred").get("/tasks/T-2"))
    answer = enter("lara").act("T-2", "provide-info", comment="36 months")

    assert answer.status_code == 303
    assert company.log(workflow)[-1] == "info_provided"


def test_an_added_approver_is_marked_ad_hoc(company, enter):
    company.started()
    enter("fred").act("T-2", "add-approver", to="lara")

    assert "Added ad hoc by an approver" in text_of(enter("lara").get("/tasks/T-3"))


def test_an_override_is_shown_in_red(company, enter):
    workflow = staff(company).started()
    wish = Override(workflow=workflow, decision="approve", comment="the board")
    for person in ("ada", "abe"):
        override(company.runtime, wish, Caller(actor=person, channel="t"))
    page = enter("ada").get(f"/workflows/{workflow}").text

    assert '<p class="note late overridden">' in page
    assert '<li class="overridden">' in page


def test_a_closed_sibling_says_whose_decision_closed_it(company, enter):
    company.started()
    company.act(company.case("WF-8809").id, "finance", "reject", "fred")
    page = text_of(enter("maria").get("/tasks/T-1"))

    assert "No longer needed by Fred" in page
    assert "the workflow ended by task T-2" in page
