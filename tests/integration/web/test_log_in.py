"""
Log in and out: who gets a session, what the cookie is, and when it is worth nothing.
"""

import pytest

from approval_engine.accounts.passwords import set_password
from approval_engine.config import Settings
from approval_engine.errors import InvalidInput
from approval_engine.operations import intake
from approval_engine.web.app import create_app
from tests.integration.executor.company import directory, document
from tests.integration.web.browser import PASSWORD, Browser, text_of
from tests.integration.web.conftest import SECRET

PAGES = ["/", "/quotes", "/workflows", "/tasks/T-1", "/workflows/WF-8809"]
FORMS = ["/tasks/T-1", "/workflows/WF-8809/recall", "/quotes/Q-1/submit", "/logout"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_for_a_log_in_first_and_is_shown_after_it(company, browser, path):
    company.started()
    set_password(company.runtime, "maria", PASSWORD)
    before = browser.get(path)
    assert (before.status_code, "Log in" in before.text) == (401, True)
    assert f'name="next" value="{path}"' in before.text

    assert browser.log_in("maria").status_code == 303
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_worth_nothing_without_a_log_in(company, browser, dump, path):
    company.started()
    before = dump()

    assert browser.client.post(path).status_code == 401
    assert dump() == before


@pytest.mark.parametrize("path", ["/nothing", "/tasks", "/api/v1/nothing", "/.env"])
def test_what_does_not_exist_is_404_with_and_without_a_log_in(enter, browser, path):
    assert browser.get(path).status_code == 404
    assert enter("maria").get(path).status_code == 404


def test_a_wrong_password_is_answered_alike_for_everybody(company, browser):
    set_password(company.runtime, "maria", PASSWORD)
    known = browser.log_in("maria", "wrong horse")
    unknown = browser.log_in("nobody", "wrong horse")

    assert (known.status_code, unknown.status_code) == (401, 401)
    assert "do not belong together" in known.text
    assert text_of(known) == text_of(unknown)


def test_guessing_is_429_with_the_time_to_wait(browser):
    answers = [browser.log_in("maria", "wrong horse") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_session_is_another_one_after_the_log_in(company, browser):
    set_password(company.runtime, "maria", PASSWORD)
    browser.get("/login")
    before = browser.client.get_cookie("cpq").value
    browser.log_in("maria")

    assert browser.client.get_cookie("cpq").value != before


def test_a_copied_cookie_is_worth_nothing_after_the_log_out(app, enter):
    maria = enter("maria")
    thief = Browser(app)
    thief.client.set_cookie("cpq", maria.client.get_cookie("cpq").value)
    assert thief.get("/").status_code == 200

    assert maria.force("/logout").status_code == 303
    assert maria.get("/").status_code == 401
    assert thief.get("/").status_code == 401


def test_a_forged_cookie_is_worth_nothing(app, enter, browser):
    maria = enter("maria")
    cookie = maria.client.get_cookie("cpq").value
    # Not the last sign: it has bits that mean nothing.
    forged = "A" if cookie[-2] != "A" else "B"
    browser.client.set_cookie("cpq", cookie[:-2] + forged + cookie[-1])

    assert browser.get("/").status_code == 401


def test_whoever_leaves_is_out_at_once(company, enter):
    maria = enter("maria")
    people = directory()
    for user in people["users"]:
        user["active"] = user["id"] != "maria"
    intake.import_directory(company.runtime, document(people))

    assert maria.get("/").status_code == 401


def test_an_idle_session_is_asked_to_log_in_again(company, enter):
    maria = enter("maria")
    company.wait(minutes=30)
    answer = maria.get("/")

    assert answer.status_code == 401
    assert "Your session has ended; log in again." in answer.text


@pytest.mark.parametrize("target", ["/tasks/T-1", "/workflows?status=pending"])
def test_the_log_in_leads_to_what_was_asked_for(company, browser, target):
    set_password(company.runtime, "maria", PASSWORD)

    assert browser.log_in("maria", next=target).headers["Location"] == target


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:x",
        "",
        "/a\r\nSet-Cookie: x=1",
        "evil",
    ],
)
def test_the_log_in_leads_to_no_other_site(company, browser, target):
    set_password(company.runtime, "maria", PASSWORD)

    assert browser.log_in("maria", next=target).headers["Location"] == "/"


def test_the_cookie_on_loopback_is_plain_but_out_of_reach(company, browser):
    set_password(company.runtime, "maria", PASSWORD)
    cookie = browser.log_in("maria").headers["Set-Cookie"]

    assert cookie.startswith("cpq=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_the_cookie_over_https_is_bound_to_the_host(company):
    settings = Settings(secret_key=SECRET, base_url="https://cpq.example")
    browser = Browser(create_app(settings, company.runtime))
    page = browser.client.get("/login", base_url="https://cpq.example")
    cookie = page.headers["Set-Cookie"]

    assert cookie.startswith("__Host-cpq=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("secret", [None, "", "short"])
def test_it_does_not_start_without_a_secret_that_is_one(company, secret):
    with pytest.raises(InvalidInput, match="Expected CPQ_SECRET_KEY to be 16"):
        create_app(Settings(secret_key=secret), company.runtime)


@pytest.mark.parametrize("token", [None, "", "made up", "of another session"])
def test_a_form_without_its_own_token_is_refused(enter, dump, token):
    maria, fred = enter("maria"), enter("fred")
    if token == "of another session":
        token = fred.token()
    before = dump()
    answer = maria.client.post("/logout", data={"csrf_token": token} if token else {})

    assert (answer.status_code, dump()) == (403, before)
    assert "load the page again" in answer.text


@pytest.mark.parametrize(
    ("site", "status"),
    [("same-origin", 303), ("none", 303), ("same-site", 403), ("cross-site", 403)],
)
def test_a_form_must_come_from_this_site(enter, site, status):
    maria = enter("maria")
    answer = maria.client.post(
        "/logout",
        data={"csrf_token": maria.token()},
        headers={"Sec-Fetch-Site": site},
    )

    assert answer.status_code == status


def test_the_log_in_form_needs_its_token_too(company, browser):
    set_password(company.runtime, "maria", PASSWORD)
    data = {"user": "maria", "password": PASSWORD}

    assert browser.client.post("/login", data=data).status_code == 403


@pytest.mark.parametrize("header", ["X-User", "X-Forwarded-User", "X-Remote-User"])
def test_no_header_makes_anybody_somebody(enter, browser, header):
    enter("carl")

    assert browser.get("/", headers={header: "carl"}).status_code == 401
