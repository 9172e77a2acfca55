"""
Links in mails: scanners change nothing, and a link is good for one person's decision.
"""

import logging

import pytest

from approval_engine.accounts.passwords import set_password
from approval_engine.config import Settings
from approval_engine.documents import sha256
from approval_engine.executor.commands import tick
from approval_engine.notifications import links
from approval_engine.store import origins
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company
from tests.integration.executor.office import staff
from tests.integration.web.browser import PASSWORD, Browser, text_of
from tests.integration.web.conftest import SECRET


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


@pytest.fixture
def app(company):
    return create_app(Settings(secret_key=SECRET), company.runtime)


@pytest.fixture
def link_of(company):
    """
    The address that a mail to this person about this step has in it.
    """

    def link_of(workflow, step, person, action=None):
        whom = company.task(workflow, step).id, person
        with company.runtime.database.begin() as transaction:
            token = links.issue(
                transaction, company.case(workflow), whom, company.now, action
            )
        return f"/m/{token}"

    return link_of


@pytest.fixture
def stored(company):
    """
    Everything that a decision or a link would change.
    """

    def stored():
        tables = ("workflow_event", "approval_task", "mail_link", "idempotency")
        with company.runtime.database.read() as transaction:
            return [
                sorted(map(str, transaction.exec_driver_sql(f"SELECT * FROM {each}")))  # noqa: S608 our tables
                for each in tables
            ]

    return stored


def opened(browser, link):
    """
    The address that the link leads to.
    """
    answer = browser.get(link)
    assert answer.status_code == 303
    return answer.headers["Location"]


def sent(browser, page, action, **typed):
    fields = browser.fields(page, page, action=action)
    return browser.client.post(page, data={**fields, **typed})


def test_from_mail_to_decision_by_way_of_the_log_in(company, app, link_of):
    workflow = company.started()
    link = link_of(workflow, "manager", "maria")
    set_password(company.runtime, "maria", PASSWORD)
    browser = Browser(app)
    page = opened(browser, link)
    door = browser.get(page)

    assert door.status_code == 401
    assert "ACME" not in door.text
    assert f'value="{page}"' in door.text
    assert browser.log_in("maria", next=page).headers["Location"] == page
    shown_page = browser.get(page).text
    shown = text_of(browser.get(page))
    assert "ACME" in shown
    assert "Margin 21.4 %" in shown
    assert "Approve" in shown
    assert company.log(workflow).count("task_approved") == 0
    answer = sent(browser, page, "approve")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert f'action="{page}"' in shown_page
    assert "You approved Manager for ACME" in text_of(browser.get("/"))
    assert company.task(workflow, "manager").closed_by == "maria"
    with company.runtime.database.read() as transaction:
        query = "SELECT channel FROM workflow_event WHERE action = 'task_approved'"
        assert transaction.exec_driver_sql(query).scalars().all() == ["mail"]
    assert company.is_sound()


def test_beside_a_decision_by_a_mail_stands_how_its_author_had_logged_in(
    company, enter, link_of
):
    workflow = company.started()
    maria = enter("maria")
    maria.client.environ_base["HTTP_USER_AGENT"] = "Agent 1"
    page = opened(maria, link_of(workflow, "manager", "maria"))
    assert sent(maria, page, "approve").status_code == 303
    with company.runtime.database.read() as transaction:
        (found,) = origins.of(transaction, workflow)

    assert (found.method, found.address, found.agent) == (
        "password",
        "127.0.0.1",
        "Agent 1",
    )
    assert found.proved_at
    assert len(found.credential) == 16


def test_five_hundred_looks_of_scanners_change_nothing(
    company, app, enter, link_of, stored
):
    workflow = company.started()
    link = link_of(workflow, "manager", "maria")
    maria = enter("maria")
    page = opened(maria, link)
    before = stored()
    for number in range(84):
        for path in (link, page):
            for method in ("GET", "HEAD", "OPTIONS"):
                # Every other one comes from the browser of the person himself.
                client = maria.client if number % 2 else app.test_client()
                client.open(
                    path,
                    method=method,
                    buffered=True,
                    query_string={"action": "approve"},
                )

    assert stored() == before
    assert sent(maria, page, "approve").status_code == 303


@pytest.mark.proof
def test_what_scanners_decide(company, app, enter, link_of, stored, figure):
    test_five_hundred_looks_of_scanners_change_nothing(
        company, app, enter, link_of, stored
    )
    figure("504 looks of scanners at links in mails", "0 decisions", "0 decisions")


def test_the_same_decision_again_gets_the_same_answer(company, enter, link_of):
    workflow = company.started()
    maria = enter("maria")
    page = opened(maria, link_of(workflow, "manager", "maria"))
    fields = maria.fields(page, page, action="approve")
    for _ in range(2):
        assert maria.client.post(page, data=fields).status_code == 303
    fields |= {"key": "another"}

    assert maria.client.post(page, data=fields).status_code == 303
    assert "That was done before" in text_of(maria.get("/"))
    assert company.log(workflow).count("task_approved") == 1
    again = maria.client.post(
        page, data={**fields, "key": "third", "action": "reject", "comment": "no"}
    )
    assert again.status_code == 409
    assert "it is approved by 'maria'" in text_of(again)


def test_a_link_is_of_no_use_to_anybody_else(company, enter, link_of, stored):
    workflow = company.started()
    link = link_of(workflow, "finance", "fred")
    before = stored()
    for person in ("fiona", "maria", "sam", "dana"):
        browser = enter(person)
        page = opened(browser, link)
        assert browser.get(page).status_code == 403
        answer = browser.force(page, action="approve", key="k")
        assert answer.status_code == 403
        assert "made for somebody else" in text_of(answer)
        assert "ACME" not in answer.text

    assert stored() == before


def test_nobody_decides_without_the_form(company, app, enter, link_of, stored):
    workflow = company.started()
    maria = enter("maria")
    page = opened(maria, link_of(workflow, "manager", "maria"))
    before = stored()
    stranger = app.test_client().post(page, data={"action": "approve"})
    forged = maria.client.post(page, data={"action": "approve", "key": "k"})
    elsewhere = maria.client.post(
        page,
        data={**maria.fields(page, page, action="approve")},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert [stranger.status_code, forged.status_code, elsewhere.status_code] == [
        401,
        403,
        403,
    ]
    assert stored() == before


def test_after_an_escalation_or_a_delegation_the_link_says_where_the_task_is(
    company, enter, link_of
):
    first, second = company.started(), company.started()
    maria, fred = enter("maria"), enter("fred")
    escalated = opened(maria, link_of(first, "manager", "maria"))
    delegated = opened(fred, link_of(second, "finance", "fred"))
    company.act(second, "finance", "delegate", "fred", to="fiona")
    answer = fred.force(delegated, action="approve", key="k")
    assert answer.status_code == 409
    assert "it is delegated with the role finance now" in text_of(answer)
    assert fred.get(delegated).status_code == 409
    # Links live for 72 hours; the manager's task moves up after three working days.
    company.wait(days=2, hours=23)
    tick.tick(company.runtime, first)
    maria = enter("maria")
    answer = maria.force(escalated, action="approve", key="k")

    assert answer.status_code == 409
    assert "with the role director now" in text_of(answer)
    assert "task_approved" not in company.log(first)


def test_after_a_reassignment_the_old_link_decides_nothing_and_a_new_one_does(
    company, enter, link_of
):
    staff(company)
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")
    fred, fiona = enter("fred"), enter("fiona")
    old = opened(fred, link_of(workflow, "finance", "fred"))
    fields = fred.fields(old, old, action="approve")
    company.act(workflow, "finance", "reassign", "ada", to="fiona")

    answer = fred.client.post(old, data=fields)
    assert answer.status_code == 409
    assert "task_approved" not in company.log(workflow)
    new = opened(fiona, link_of(workflow, "finance", "fiona"))
    assert sent(fiona, new, "approve").status_code == 303
    assert company.task(workflow, "finance").closed_by == "fiona"
    assert company.findings() == ()


def test_after_the_quote_changed_the_link_decides_nothing(company, enter, link_of):
    workflow = company.started()
    maria = enter("maria")
    page = opened(maria, link_of(workflow, "manager", "maria"))
    fields = maria.fields(page, page, action="approve")
    company.quote("Q-1", revision=2, amount="900000")
    answer = maria.client.post(page, data=fields)

    assert answer.status_code == 412
    assert "quote 'Q-1' has revision 2 by now; the link was about revision 1" in (
        text_of(answer)
    )
    assert maria.get(page).status_code == 412
    assert "task_approved" not in company.log(workflow)


def test_a_link_for_one_decision_is_good_for_no_other(company, enter, link_of):
    workflow = company.started()
    maria = enter("maria")
    page = opened(maria, link_of(workflow, "manager", "maria", "approve"))

    for action in ("reject", "return", "delegate", "claim", "nonsense"):
        answer = maria.force(page, action=action, key="k", comment="x", to="mona")
        assert answer.status_code == 403
    assert sent(maria, page, "approve").status_code == 303


def test_what_needs_a_comment_asks_for_it(company, enter, link_of):
    workflow = company.started()
    maria = enter("maria")
    page = opened(maria, link_of(workflow, "manager", "maria"))

    refused = sent(maria, page, "reject", comment=" ")
    assert refused.status_code == 422
    assert f'action="{page}"' in refused.text
    assert sent(maria, page, "reject", comment="too low").status_code == 303
    assert company.case(workflow).status == "rejected"


def test_after_72_hours_a_link_leads_nowhere(company, enter, link_of, app):
    workflow = company.started()
    link = link_of(workflow, "manager", "maria")
    page = opened(enter("maria"), link)
    company.wait(hours=71, minutes=59)
    assert app.test_client().get(link).status_code == 303
    company.wait(minutes=1)
    maria = enter("maria")

    assert app.test_client().get(link).status_code == 404
    assert maria.get(page).status_code == 404
    assert maria.force(page, action="approve", key="k").status_code == 404


def test_after_the_task_was_decided_elsewhere_the_link_says_by_whom(
    company, enter, link_of
):
    workflow = company.started()
    fred = enter("fred")
    page = opened(fred, link_of(workflow, "finance", "fred"))
    company.act(workflow, "finance", "approve", "fiona")
    answer = fred.force(page, action="approve", key="k")

    assert answer.status_code == 409
    assert "it is approved by 'fiona'" in text_of(answer)


@pytest.mark.parametrize("path", ["/m/x", "/m/" + "A" * 43, "/mail/" + "0" * 16])
def test_a_link_that_nobody_made_leads_nowhere(company, enter, path):
    assert enter("maria").get(path).status_code == 404


def test_a_token_is_long_hashed_and_told_to_nobody(
    company, app, enter, link_of, stored, caplog
):
    workflow = company.started()
    link = link_of(workflow, "manager", "maria")
    token = link.removeprefix("/m/")
    maria = enter("maria")
    with caplog.at_level(logging.DEBUG):
        answer = maria.get(link)
        page = maria.get(answer.headers["Location"])
        lost = maria.get("/m/" + "B" * 43)

    assert len(token) == 43  # 256 bits
    kept = str(stored())
    assert token not in kept
    assert sha256(token.encode()) in kept
    assert token not in answer.headers["Location"] + page.text + caplog.text
    assert token not in str(maria.client.get_cookie("cpq"))
    assert {each.headers["Referrer-Policy"] for each in (answer, lost)} == {
        "no-referrer"
    }
