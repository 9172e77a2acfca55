"""
Decisions of great worth: a fresh log-in or nothing, and nothing typed is lost.
"""

import html
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from approval_engine.accounts.passwords import set_password
from approval_engine.accounts.tokens import create
from approval_engine.config import Settings
from approval_engine.domain.step_up import StepUp
from approval_engine.errors import StepUpRequired
from approval_engine.executor.answer import Caller, Proof
from approval_engine.executor.commands.override import Override, override
from approval_engine.operations import intake
from approval_engine.store import origins
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company, document
from tests.integration.web.browser import PASSWORD, Browser, text_of
from tests.integration.web.conftest import SECRET
from tests.integration.web.test_account import kept
from tests.offices import staffed

LIMIT = Decimal(50_000)


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


@pytest.fixture
def app(company):
    settings = Settings(secret_key=SECRET, step_up_amount=LIMIT)
    return create_app(settings, company.runtime)


@pytest.fixture
def maria(app, company):
    set_password(company.runtime, "maria", PASSWORD)
    browser = Browser(app)
    browser.log_in("maria")
    return browser


def events(company, workflow):
    return company.log(workflow)


@pytest.mark.parametrize(
    ("minutes", "amount", "status"),
    [
        (10, "50001", 303),
        (11, "50001", 401),
        (11, "50000", 303),
        (11, "1000", 303),
    ],
)
def test_above_the_amount_the_log_in_must_be_fresh(
    company, maria, minutes, amount, status
):
    workflow = company.started(amount=amount)
    company.wait(minutes=minutes)
    before = events(company, workflow)
    answer = maria.act("T-1", "approve")

    assert answer.status_code == status
    assert (events(company, workflow) == before) is (status == 401)


@pytest.mark.parametrize(
    ("action", "status"), [("reject", 401), ("return", 401), ("comment", 303)]
)
def test_every_decision_needs_it_and_a_comment_does_not(company, maria, action, status):
    company.started(amount="90000")
    company.wait(minutes=11)

    assert maria.act("T-1", action, comment="because").status_code == status


def test_what_was_typed_goes_on_after_the_password(company, maria):
    workflow = company.started(amount="90000")
    company.wait(minutes=11)
    asked = maria.act("T-1", "reject", comment='too "low" & <late>')
    assert (asked.status_code, "Show who you are" in asked.text) == (401, True)
    assert maria.get("/").status_code == 200

    data = unescaped(kept(asked, "wrong horse"))
    wrong = maria.client.post("/confirm", data=data)
    assert (wrong.status_code, "not your password" in wrong.text) == (401, True)
    before = maria.client.get_cookie("cpq").value
    data = unescaped(kept(wrong, PASSWORD))
    led = maria.client.post("/confirm", data=data)
    assert (led.status_code, led.headers["Location"]) == (307, "/tasks/T-1")
    answer = maria.client.post("/tasks/T-1", data=data)
    assert "You rejected" in text_of(maria.get(answer.headers["Location"]))
    assert 'too "low" & <late>' in text_of(maria.get(f"/workflows/{workflow}"))
    assert maria.client.get_cookie("cpq").value != before
    assert company.is_sound()


def unescaped(data):
    return {
        name: [html.unescape(t) for t in text] if isinstance(text, list) else text
        for name, text in data.items()
    }


def test_the_page_leads_to_no_other_site(company, maria):
    company.started(amount="90000")
    company.wait(minutes=11)
    data = kept(maria.act("T-1", "approve"), PASSWORD)
    for target in ("https://evil.example", "//evil.example/tasks/T-1"):
        answer = maria.client.post("/confirm", data={**data, "_target": target})
        assert answer.headers["Location"] == "/"


def test_guessing_there_is_slowed_down_like_a_log_in(company, maria):
    company.started(amount="90000")
    company.wait(minutes=11)
    data = kept(maria.act("T-1", "approve"), "wrong horse")
    answers = [maria.client.post("/confirm", data=data) for _ in range(4)]

    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    assert "Retry-After" in answers[-1].headers


def post(client, **headers):
    return client.post(
        "/api/v1/tasks/T-1/actions",
        json={"action": "approve"},
        headers={"Idempotency-Key": "k", **headers},
    )


def test_a_token_decides_nothing_above_the_amount(company, app):
    workflow = company.started(amount="90000")
    _, secret = create(company.runtime, "maria", ["act", "read"], None)
    before = events(company, workflow)
    answer = post(app.test_client(), Authorization=f"Bearer {secret}")

    assert answer.status_code == 403
    assert "decide it on the web" in answer.get_json()["detail"]
    assert events(company, workflow) == before


def test_a_program_in_a_browser_is_told_with_a_code(company, maria):
    company.started(amount="90000")
    company.wait(minutes=11)
    answer = maria.client.post(
        "/api/v1/tasks/T-1/actions",
        json={"action": "approve"},
        headers={"Idempotency-Key": "k", "X-CSRFToken": maria.token()},
    )

    assert answer.status_code == 401
    assert answer.get_json()["code"] == "step_up_required"


@pytest.mark.parametrize(
    ("channel", "minutes", "asked"),
    [
        ("web", 10, False),
        ("web", 11, True),
        ("mail", 11, True),
        ("cli:root", 11, False),
        ("api:K-1", 11, False),
    ],
)
@pytest.mark.parametrize("over", [None, LIMIT])
def test_an_override_needs_a_fresh_log_in_whatever_it_is_worth(
    company, channel, minutes, asked, over
):
    intake.import_directory(company.runtime, document(staffed()))
    workflow = company.started(amount="10")
    rule = StepUp(over=over, within=timedelta(minutes=10))
    runtime = replace(company.runtime, step_up=rule)
    proof = Proof(method="password", credential="x", proved_at=company.now)
    caller = Caller(actor="ada", channel=channel, proof=proof)
    wish = Override(workflow=workflow, decision="reject", comment="fraud")
    company.wait(minutes=minutes)
    before = company.log(workflow)
    refused = pytest.raises(StepUpRequired, match="show once more who you are")
    with refused if asked else nullcontext():
        override(runtime, wish, caller)

    assert (company.log(workflow) == before) is asked


def test_an_amount_of_nothing_asks_at_every_decision(company):
    set_password(company.runtime, "maria", PASSWORD)
    settings = Settings(secret_key=SECRET, step_up_amount=Decimal(0))
    browser = Browser(create_app(settings, company.runtime))
    browser.log_in("maria")
    company.started(amount="10")
    company.wait(minutes=11)

    assert browser.act("T-1", "approve").status_code == 401


def test_without_the_setting_nobody_is_asked(company):
    company.started(amount="9000000")
    set_password(company.runtime, "maria", PASSWORD)
    browser = Browser(create_app(Settings(secret_key=SECRET), company.runtime))
    browser.log_in("maria")
    company.wait(minutes=29)

    assert browser.act("T-1", "approve").status_code == 303


def test_beside_a_decision_stands_how_its_author_had_logged_in(company, maria, app):
    workflow = company.started(amount="90000")
    maria.client.environ_base["HTTP_USER_AGENT"] = "Agent 1"
    company.wait(minutes=3)
    maria.act("T-1", "approve")
    with company.runtime.database.read() as transaction:
        (found,) = origins.of(transaction, workflow)
        cookie = maria.client.get_cookie("cpq").value

    assert (found.method, found.proved_at[:19]) == ("password", "2026-03-02T09:00:00")
    assert (found.address, found.agent) == ("127.0.0.1", "Agent 1")
    assert len(found.credential) == 16
    assert found.credential not in cookie
    assert company.is_sound()


def test_beside_a_decision_by_token_stands_which(company):
    workflow = company.started()
    app = create_app(Settings(secret_key=SECRET), company.runtime)
    made, secret = create(company.runtime, "maria", ["act"], None)
    assert post(app.test_client(), Authorization=f"Bearer {secret}").status_code == 200
    with company.runtime.database.read() as transaction:
        (found,) = origins.of(transaction, workflow)

    assert (found.method, found.credential, found.proved_at) == ("token", made.id, None)
