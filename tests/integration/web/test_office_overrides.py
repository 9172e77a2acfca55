"""
An override: what it would come to, its reason, the second admin, and the list of all.
"""

from decimal import Decimal

import pytest

from approval_engine.config import Settings
from approval_engine.web.app import create_app
from tests.integration.web.browser import text_of
from tests.integration.web.conftest import SECRET
from tests.integration.web.offices import ends_at, form_on, open_house, press, spoil

LIST = "/admin/overrides"


@pytest.fixture
def app(company):
    limit = Decimal(100000)
    settings = Settings(secret_key=SECRET, override_limit=limit)
    return create_app(settings, company.runtime)


@pytest.fixture
def house(company):
    return open_house(company)


def at(workflow):
    return f"{LIST}/{workflow}"


def decide(browser, workflow, decision="approve", **typed):
    page = at(workflow)
    fields = form_on(browser, page, page, decision=decision)
    return browser.client.post(page, data={"comment": "the board", **fields, **typed})


def test_two_admins_say_the_same(house, enter):
    workflow = house.started()
    ada, abe = enter("ada"), enter("abe")
    assert f'href="{at(workflow)}"' in ada.get(f"/workflows/{workflow}").text
    page = text_of(ada.get(at(workflow)))
    assert page.count("It would ask another admin first: Abe.") == 2
    assert page.count("The quote is worth more than 100000") == 2
    assert f"approval override --workflow {workflow} --decision reject" in page
    told = ends_at(ada, decide(ada, workflow))
    assert f"another admin must say the same of {workflow}" in told
    assert house.case(workflow).status == "pending"

    assert "You asked for it yourself" in text_of(ada.get(LIST))
    assert "Approve it too" in text_of(abe.get(LIST))
    page = text_of(abe.get(at(workflow)))
    assert "Ada asks for it" in page
    assert "It would end the review at once: the quote may be booked, 2 open" in page
    told = ends_at(abe, press(abe, LIST, at(workflow), comment="agreed"))
    assert f"{workflow} is approved, in spite of its steps." in told
    assert "What was asked, refused and done" in told
    assert "the board" in told
    assert "agreed" in told
    assert house.case(workflow).overridden
    assert house.findings() == ()


def test_a_reason_is_asked_for_and_what_was_typed_stays(house, enter, dump):
    workflow = house.started()
    ada = enter("ada")
    page = at(workflow)
    before = dump()
    answer = decide(ada, workflow, comment=" ")
    assert answer.status_code == 422
    assert "but a reason is missing" in text_of(answer)
    answer = ada.force(page, decision="maybe", comment="because", key="k")
    assert answer.status_code == 422
    assert "Expected approve or reject, but got 'maybe'" in text_of(answer)
    assert dump() == before


def test_what_was_typed_stays_when_it_is_refused(house, enter):
    workflow = house.started()
    ada = enter("ada")
    fields = form_on(ada, at(workflow), at(workflow), decision="approve")
    long = "because " * 2000
    answer = ada.client.post(at(workflow), data={**fields, "comment": long})

    assert answer.status_code == 422
    assert long.strip() in answer.text
    assert '<details class="act no" open>' in answer.text


def test_the_same_form_twice_is_one_override(house, enter):
    workflow = house.started()
    ada = enter("ada")
    fields = form_on(ada, at(workflow), at(workflow), decision="reject")
    for _ in range(2):
        data = {**fields, "comment": "the board"}
        assert ada.client.post(at(workflow), data=data).status_code == 303
    other = ada.client.post(at(workflow), data={**fields, "comment": "another"})

    assert other.status_code == 422
    assert house.log(workflow).count("override_requested") == 1
    assert ends_at(ada, decide(ada, workflow, "reject"))
    assert house.log(workflow).count("override_requested") == 1


def test_the_second_admin_refuses_and_the_first_takes_back(house, enter):
    workflow, other = house.started(), house.started()
    ada, abe = enter("ada"), enter("abe")
    for each in (workflow, other):
        decide(ada, each)
    refuse = f"{LIST}/{workflow}/refuse"
    assert press(abe, LIST, refuse, comment="").status_code == 422
    told = ends_at(abe, press(abe, LIST, refuse, comment="no need"))
    assert f"The override of {workflow} is refused; the review goes on." in told
    assert "no need" in told
    told = ends_at(ada, press(ada, LIST, f"{LIST}/{other}/refuse", comment="my fault"))
    assert "No override waits." in told
    again = ada.force(f"{LIST}/{other}/refuse", comment="my fault", key="k")

    assert again.status_code == 303
    assert house.case(workflow).status == house.case(other).status == "pending"
    assert house.log(other).count("override_refused") == 1


@pytest.mark.parametrize(("amount", "alone"), [("100000", True), ("100000.01", False)])
def test_up_to_the_limit_one_admin_is_enough(house, enter, amount, alone):
    workflow = house.started(amount=amount)
    ada = enter("ada")
    page = text_of(ada.get(at(workflow)))
    assert ("one admin is enough" in page) is alone
    assert ("It would ask another admin first" in page) is not alone
    decide(ada, workflow)

    assert (house.case(workflow).status == "approved") is alone


@pytest.mark.broken
def test_what_would_be_refused_is_said_and_not_offered(house, enter):
    held = house.started()
    spoil(house, held)
    over = house.started()
    house.recall(over)
    ada = enter("ada")
    for workflow, words in ((held, "is held by incident 'IN-1'"), (over, "recalled")):
        page = text_of(ada.get(at(workflow)))
        assert page.count("It would be refused.") == 2
        assert words in page
        assert "Confirm:" not in page
        forced = ada.force(at(workflow), decision="approve", comment="x", key="k")
        assert forced.status_code == 409


def test_who_sold_the_quote_does_not_override_its_review(house, enter):
    house.quote("Q-9", submittedBy="ada")
    workflow = house.submit("Q-9", actor="ada").workflow
    ada = enter("ada")
    page = text_of(ada.get(at(workflow)))

    assert "must not decide" in page
    answer = ada.force(at(workflow), decision="approve", comment="x", key="k")
    assert answer.status_code == 403
    assert house.case(workflow).status == "pending"


def test_a_reason_is_text_wherever_it_is_shown(house, enter):
    workflow = house.started(amount="999999")
    ada, abe = enter("ada"), enter("abe")
    decide(ada, workflow, comment="<script>alert(1)</script>")
    for path in (LIST, at(workflow), f"/workflows/{workflow}"):
        page = abe.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_button_is_for_admins_and_pending_reviews(house, enter):
    workflow = house.started()
    link = f'href="{at(workflow)}"'
    assert link not in enter("maria").get(f"/workflows/{workflow}").text
    assert link in enter("ada").get(f"/workflows/{workflow}").text
    house.recall(workflow)
    assert link not in enter("ada").get(f"/workflows/{workflow}").text
