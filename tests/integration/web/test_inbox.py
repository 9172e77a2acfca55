"""
The inbox and the task page: what people see there, and what they can do to it.
"""

from datetime import timedelta

import pytest

from approval_engine.operations import intake
from tests.integration.web.browser import text_of

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}"


@pytest.fixture
def workflow(company):
    """
    A workflow in which maria has T-1, and fred and fiona share T-2.
    """
    return company.started()


def status(company, workflow, task):
    return company.case(workflow).task(task).status


def test_the_inbox_shows_what_waits_for_me_and_for_my_roles(company, enter, workflow):
    maria, fred = text_of(enter("maria").get("/")), text_of(enter("fred").get("/"))

    assert "Mine 1" in maria
    assert "My roles 0" in maria
    assert "Mine 0" in fred
    assert "My roles 1" in fred
    assert "margin 21.4 %, asked when below 24 %" in maria


def test_the_inbox_shows_nothing_that_waits_for_others(company, enter, workflow):
    carl = text_of(enter("carl").get("/"))

    assert "Nothing waits for you alone." in carl
    assert "ACME" not in carl


def test_the_submitter_is_not_asked_about_his_own_quote(company, enter):
    company.quote("Q-own", submittedBy="fred")
    company.submit("Q-own", actor="fred")

    assert "ACME" not in text_of(enter("fred").get("/"))
    assert "ACME" in text_of(enter("fiona").get("/"))


def test_the_task_page_says_what_why_and_what_if_not(enter, workflow):
    page = text_of(enter("maria").get("/tasks/T-1"))

    assert "Margin 21.4 % · asked when below 24 %" in page
    assert "Asks the role manager · policy deal-desk 1" in page
    assert "If nobody answers Director is asked in 2 d." in page
    assert "Amount USD 184,000" in page


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [
        ("approve", "approved", "You approved Manager for ACME, quote Q-1 revision 1."),
        ("reject", "rejected", "You rejected Manager for ACME, quote Q-1 revision 1."),
        ("return", "returned", "You returned Manager for ACME, quote Q-1 revision 1"),
    ],
)
def test_a_decision_is_taken_and_said(company, enter, workflow, action, status, said):
    maria = enter("maria")
    answer = maria.act("T-1", action, comment="as we discussed")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert said in text_of(maria.get("/"))
    task = company.case(workflow).task("T-1")
    assert (task.status, task.closed_by) == (status, "maria")
    assert company.is_sound()


def test_the_next_task_opens_after_a_decision(company, enter, workflow):
    company.started()
    answer = enter("fred").act("T-2", "approve")

    assert answer.headers["Location"] == "/tasks/T-4"


def test_the_event_names_the_person_and_the_channel(company, enter, workflow):
    enter("maria").act("T-1", "approve", comment="fine by me")
    page = text_of(enter("sam").get(f"/workflows/{workflow}"))

    assert "Maria approved Manager · T-1 fine by me" in page
    assert page.count("· web") == 1


@pytest.mark.parametrize("action", ["reject", "return", "comment"])
def test_without_a_word_it_is_refused_and_can_be_mended(
    company, enter, workflow, action
):
    maria = enter("maria")
    answer = maria.act("T-1", action, comment="  ")

    assert answer.status_code == 422
    deed = "comment on" if action == "comment" else action
    assert f"Expected to {deed} task 'T-1'" in text_of(answer)
    assert "a comment is missing" in text_of(answer)
    assert status(company, workflow, "T-1") == "open"
    assert maria.act("T-1", action, comment="too low").status_code == 303


def test_what_was_typed_is_not_lost_by_a_refusal(enter, workflow):
    answer = enter("maria").act("T-1", "delegate", comment="on leave", to="sam")

    assert answer.status_code == 403
    assert "'sam' must not decide: submitter of the quote" in text_of(answer)
    assert ">on leave</textarea>" in answer.text


@pytest.mark.parametrize("action", ["approve", "reject", "claim", "delegate"])
def test_nobody_decides_what_is_with_another(company, enter, workflow, dump, action):
    company.act(workflow, "finance", "claim", "fiona")
    fred = enter("fred")
    page = fred.get("/tasks/T-2")
    assert "Approve</summary>" not in page.text
    assert "it is with 'fiona', not with 'fred'" in text_of(page)

    before = company.log(workflow)
    answer = fred.force("/tasks/T-2", action=action, comment="x", to="carl")
    assert answer.status_code == 403
    assert company.log(workflow) == before


def test_the_submitter_sees_his_task_but_cannot_decide_it(company, enter):
    company.quote("Q-own", submittedBy="fred")
    workflow = company.submit("Q-own", actor="fred").workflow
    task = company.task(workflow, "finance").id
    fred = enter("fred")
    page = fred.get(f"/tasks/{task}")

    assert (page.status_code, "Approve</summary>" in page.text) == (200, False)
    answer = fred.force(f"/tasks/{task}", action="approve")
    assert answer.status_code == 403
    assert "'fred' must not decide: submitter of the quote" in text_of(answer)


def test_the_task_page_says_who_stands_in_for_whom(company, enter):
    window = (company.now, company.now + timedelta(days=9))
    intake.add_delegation(company.runtime, ("maria", "mona"), window, None)
    workflow = company.started()
    task = company.task(workflow, "manager").id
    page = text_of(enter("mona").get(f"/tasks/{task}"))
    assert "Mona stands in for Maria, who is away (delegation D-1)" in page
    assert "Take it" in page
    overview = text_of(enter("maria").get(f"/workflows/{workflow}"))
    assert "Mona for Maria (delegation D-1)" in overview


@pytest.mark.parametrize("path", ["/tasks/T-1", "/tasks/T-999", "/workflows/WF-8809"])
def test_who_has_no_part_in_it_cannot_tell_it_from_nothing(enter, workflow, path):
    leo = enter("leo")
    answer = leo.get(path)

    assert answer.status_code == 404
    assert "There is no" in text_of(answer)
    assert leo.force(path, action="approve").status_code in {404, 405}


def test_the_deal_desk_sees_what_it_has_no_part_in(enter, workflow):
    assert enter("dana").get(f"/workflows/{workflow}").status_code == 200
    assert enter("dana").get("/tasks/T-1").status_code == 200


def test_a_double_click_is_one_decision(company, enter, workflow):
    maria = enter("maria")
    fields = maria.fields("/tasks/T-1", "/tasks/T-1", action="approve")
    first = maria.client.post("/tasks/T-1", data=fields)
    log = company.log(workflow)
    second = maria.client.post("/tasks/T-1", data=fields)

    assert (first.status_code, second.status_code) == (303, 303)
    assert company.log(workflow) == log


def test_the_same_decision_in_a_second_tab_changes_nothing(company, enter, workflow):
    maria = enter("maria")
    tab = maria.fields("/tasks/T-1", "/tasks/T-1", action="approve")
    maria.act("T-1", "approve")
    log = company.log(workflow)
    maria.get("/")

    assert maria.client.post("/tasks/T-1", data=tab).status_code == 303
    assert "That was done before; nothing has changed." in text_of(maria.get("/"))
    assert company.log(workflow) == log


def test_the_second_person_is_told_who_was_faster(company, enter, workflow):
    fred = enter("fred")
    tab = fred.fields("/tasks/T-2", "/tasks/T-2", action="approve")
    company.act(workflow, "finance", "approve", "fiona")
    answer = fred.client.post("/tasks/T-2", data=tab)

    assert answer.status_code == 409
    assert "it is approved by 'fiona' at 2026-03-02 09:00 UTC" in text_of(answer)


def test_one_key_for_two_requests_is_refused(company, enter, workflow):
    maria = enter("maria")
    fields = maria.fields("/tasks/T-1", "/tasks/T-1", action="comment")
    maria.client.post("/tasks/T-1", data={**fields, "comment": "one"})
    answer = maria.client.post("/tasks/T-1", data={**fields, "comment": "two"})

    assert answer.status_code == 422
    assert "was used for another request" in text_of(answer)


def test_a_task_is_taken_and_given_back(company, enter, workflow):
    fred = enter("fred")
    taken = fred.act("T-2", "claim")
    assert taken.headers["Location"] == "/tasks/T-2"
    assert company.case(workflow).task("T-2").assignee == "fred"
    assert "You took Finance" in text_of(fred.get("/tasks/T-2"))

    fred.act("T-2", "release")
    assert company.case(workflow).task("T-2").assignee is None


def test_a_task_is_handed_over_and_decided_in_my_name(company, enter, workflow):
    maria = enter("maria")
    maria.act("T-1", "delegate", to="mona", comment="on leave")
    mona = enter("mona")
    assert "Mona for Maria" in text_of(mona.get("/tasks/T-1"))
    mona.act("T-1", "approve")

    page = text_of(mona.get(f"/workflows/{workflow}"))
    assert "Mona for Maria approved Manager · T-1" in page
    assert company.is_sound()


@pytest.mark.parametrize(
    "data", [{}, {"action": "fly"}, {"action": ["approve", "reject"]}, {"action": ""}]
)
def test_a_form_that_no_page_has_is_refused(company, enter, workflow, data):
    answer = enter("carl").force("/tasks/T-1", **data)
    assert answer.status_code == 404

    answer = enter("maria").force("/tasks/T-1", **data)
    assert answer.status_code in (
        {303} if data.get("action") == ["approve", "reject"] else {422}
    )


def test_fields_that_no_form_has_do_nothing(company, enter, workflow):
    enter("maria").act(
        "T-1", "approve", status="approved", actor="carl", amount="1", task="T-2"
    )

    assert company.case(workflow).task("T-1").closed_by == "maria"
    assert status(company, workflow, "T-2") == "open"


def test_a_comment_that_is_a_book_is_refused(company, enter, workflow):
    maria = enter("maria")

    assert maria.act("T-1", "comment", comment="x" * 10_001).status_code == 422
    assert maria.act("T-1", "comment", comment="x" * 300_000).status_code == 413
    assert "task_commented" not in company.log(workflow)


def test_what_people_write_stays_text(company, enter):
    company.quote("Q-h", account=HOSTILE, justification=HOSTILE)
    workflow = company.submit("Q-h").workflow
    maria = enter("maria")
    maria.act("T-1", "comment", comment=HOSTILE)
    maria.act("T-1", "approve", comment=HOSTILE)
    paths = ["/", "/tasks/T-1", "/workflows", f"/workflows/{workflow}"]
    pages = [maria.get(path).text for path in paths]
    pages += [enter("sam").get(path).text for path in ["/quotes", "/quotes/Q-h"]]
    pages += [enter("fred").get(path).text for path in ["/", "/tasks/T-2"]]

    assert any("&lt;img src=x onerror=alert(1)&gt;" in page for page in pages)
    for page in pages:
        assert "<img" not in page
        assert "<script" not in page.replace('<script type="module" src=', "")
        assert "49" not in page.partition("{{7*7}}")[0][-80:]
