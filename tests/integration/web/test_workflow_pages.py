"""
Workflows and quotes: where a review stands, the diagram, submit and recall.
"""

import pytest

from approval_engine.store import catalog
from tests.integration.web.browser import text_of


def test_the_workflow_page_says_where_it_stands_and_who_is_next(company, enter):
    workflow = company.started(clause=True)
    company.act(workflow, "manager", "approve", "maria")
    page = text_of(enter("sam").get(f"/workflows/{workflow}"))

    assert "◷ Under review" in page
    assert "next: Finance" in page
    assert "Manager ✓ Approved" in page
    assert "Below floor Margin 21.4 % · asked when below 24 %" in page


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("approve", "✓ Approved"), ("reject", "✕ Rejected"), ("return", "↩ Returned")],
)
def test_every_end_has_its_word_and_its_sign(company, enter, verdict, words):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", verdict, "fred")

    assert words in text_of(enter("sam").get(f"/workflows/{workflow}"))


def test_a_quote_that_needs_nobody_says_so(company, enter):
    workflow = company.started(margin_pct="30")
    page = text_of(enter("sam").get(f"/workflows/{workflow}"))

    assert "✓ Approved" in page
    assert "Nobody has to sign: no rule of the policy asks for it." in page


def test_the_list_shows_what_i_have_a_part_in_and_all_to_the_deal_desk(company, enter):
    own = company.started()
    company.quote("Q-other", submittedBy="olga", margin_pct="30", clause=True)
    other = company.submit("Q-other", actor="olga").workflow
    seen = {
        person: [
            each
            for each in (own, other)
            if each in enter(person).get("/workflows").text
        ]
        for person in ("sam", "olga", "fred", "leo", "carl", "dana")
    }

    assert seen == {
        "sam": [own],
        "olga": [other],
        "fred": [own],
        "leo": [other],
        "carl": [],
        "dana": [own, other],
    }


def test_the_list_can_be_cut_to_one_status(company, enter):
    pending, approved = company.started(), company.started(margin_pct="30")
    page = enter("sam").get("/workflows?status=approved").text

    assert (approved in page, pending in page) == (True, False)
    assert pending in enter("sam").get("/workflows?status=' OR 1=1 --").text


def test_the_diagram_is_the_stored_definition_as_a_download(company, enter):
    workflow = company.started()
    answer = enter("sam").get(f"/workflows/{workflow}/diagram.bpmn")
    sha256 = company.case(workflow).evidence.definition
    with company.runtime.database.read() as transaction:
        stored = catalog.body(transaction, sha256)

    assert answer.data == stored
    assert answer.mimetype == "application/octet-stream"
    assert (
        answer.headers["Content-Disposition"] == f"attachment; filename={workflow}.bpmn"
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert enter("leo").get(f"/workflows/{workflow}/diagram.bpmn").status_code == 404


def test_the_submitter_recalls_with_a_word(company, enter):
    workflow = company.started()
    sam, path = enter("sam"), f"/workflows/{workflow}/recall"
    fields = sam.fields(f"/workflows/{workflow}", path)
    refused = sam.client.post(path, data={**fields, "comment": " "})
    assert (refused.status_code, company.case(workflow).status) == (422, "pending")
    assert "a comment is missing" in text_of(refused)

    fields = sam.fields(f"/workflows/{workflow}", path)
    answer = sam.client.post(path, data={**fields, "comment": "wrong price"})
    assert (answer.status_code, company.case(workflow).status) == (303, "recalled")
    assert "nobody is asked any more" in text_of(sam.get(answer.headers["Location"]))
    assert company.is_sound()


@pytest.mark.parametrize(("person", "status"), [("maria", 403), ("leo", 404)])
def test_nobody_else_recalls(company, enter, person, status):
    workflow = company.started()
    browser = enter(person)
    assert "Recall</summary>" not in browser.get(f"/workflows/{workflow}").text
    answer = browser.force(f"/workflows/{workflow}/recall", comment="because")

    assert (answer.status_code, company.case(workflow).status) == (status, "pending")


def test_what_is_decided_cannot_be_recalled(company, enter):
    workflow = company.started(margin_pct="30")
    answer = enter("sam").force(f"/workflows/{workflow}/recall", comment="because")

    assert answer.status_code == 409
    assert "it is approved" in text_of(answer)


def test_my_quotes_are_mine_and_say_what_to_do(company, enter):
    company.quote("Q-new")
    company.quote("Q-theirs", submittedBy="olga")
    workflow = company.started()
    page = enter("sam").get("/quotes")

    assert "Q-new" in page.text
    assert workflow in page.text
    assert "Q-theirs" not in page.text
    assert "See who is asked, then submit" in text_of(page)


def test_the_quote_page_shows_who_would_be_asked_and_stores_nothing(
    company, enter, dump
):
    company.quote("Q-new")
    sam = enter("sam")
    before = dump()
    page = text_of(sam.get("/quotes/Q-new"))

    assert "Manager Maria" in page
    assert "Finance Fred or Fiona" in page
    assert dump() == before


def test_a_quote_is_submitted_once_however_often_the_button_is_pressed(company, enter):
    company.quote("Q-new")
    sam, path = enter("sam"), "/quotes/Q-new/submit"
    fields = sam.fields("/quotes/Q-new", path)
    answers = [sam.client.post(path, data=fields) for _ in range(2)]
    again = sam.force(path)

    assert {a.headers["Location"] for a in (*answers, again)} == {"/workflows/WF-8809"}
    assert "is under review as WF-8809" in text_of(sam.get("/workflows/WF-8809"))
    assert company.log("WF-8809").count("submitted") == 1


def test_a_quote_of_somebody_else_does_not_exist_for_me(company, enter):
    company.quote("Q-theirs", submittedBy="olga")
    sam = enter("sam")

    assert sam.get("/quotes/Q-theirs").status_code == 404
    assert sam.force("/quotes/Q-theirs/submit").status_code == 404


def test_the_deal_desk_sees_a_quote_but_does_not_submit_it(company, enter):
    company.quote("Q-new")
    dana = enter("dana")

    assert "Submit for approval" not in dana.get("/quotes/Q-new").text
    assert dana.force("/quotes/Q-new/submit").status_code == 403


def test_a_rejected_quote_needs_a_new_revision(company, enter):
    workflow = company.started()
    company.act(workflow, "manager", "reject", "maria")
    sam = enter("sam")
    answer = sam.force("/quotes/Q-1/submit")

    assert answer.status_code == 409
    assert "make a new revision" in text_of(answer)
    assert "Make a new revision" in text_of(sam.get("/quotes"))


def test_a_review_leads_to_its_quote_for_those_who_find_it_there(company, enter):
    workflow = company.started()
    links = {"sam": True, "dana": True, "fred": False}
    for person, found in links.items():
        browser = enter(person)
        page = browser.get(f"/workflows/{workflow}")
        assert ('href="/quotes/Q-1"' in page.text) is found
        assert (f'href="/desk/reviews/{workflow}"' in page.text) is (person == "dana")
        assert browser.get("/quotes/Q-1").status_code == (200 if found else 404)
