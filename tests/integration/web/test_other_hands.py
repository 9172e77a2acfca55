"""
The web: one click for two branches, questions, added approvers and overrides in red.
"""

import pytest

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.attached import attached
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.override import Override, override
from approval_engine.operations import intake
from tests.integration.executor.company import STEPS, TRIGGERS, document, policy
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


def test_an_attached_file_is_saved_and_never_rendered(company, enter):
    workflow = company.started()
    wish = Wish(
        workflow=workflow,
        task="T-2",
        action=Action.COMMENT,
        comment="see",
        file=attached("task", "a.txt", None, b"<script>alert(1)</script>"),
    )
    act(company.runtime, wish, Caller(actor="fred", channel="t"))
    address = f"/workflows/{workflow}/attachments/{wish.file.sha256}"
    fiona = enter("fiona")
    assert address in fiona.get("/tasks/T-2").text
    answer = fiona.get(address)

    assert answer.data == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=a.txt"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    # Leo has no part in it, and there is no other file.
    assert enter("leo").get(address).status_code == 404
    assert fiona.get(address[:-1] + "x").status_code == 404


def test_what_i_was_told_and_asked_stands_in_my_inbox(company, enter):
    margin = {**TRIGGERS[0], "inform": ["cfo"]}
    body = document(policy(triggers=[margin], version="2"))
    intake.publish_policy(company.runtime, body, "dana")
    workflow = company.started()
    company.act(workflow, "finance", "request-info", "fred", to="lara")

    carl = enter("carl")
    assert "For your information ACME" in text_of(carl.get("/"))
    assert carl.get(f"/workflows/{workflow}").status_code == 200
    assert "Questions to you 1 ACME" in text_of(enter("lara").get("/"))
    assert enter("leo").get(f"/workflows/{workflow}").status_code == 404
