"""
The account page: where I am logged in, my password, my tokens; and what others see not.
"""

import re

import pytest
from sqlalchemy import event

from approval_engine.accounts import passwords, tokens
from approval_engine.accounts.passwords import set_password
from approval_engine.accounts.tokens import create
from approval_engine.config import Settings
from approval_engine.store import accounts
from approval_engine.web.app import create_app
from tests.integration.web.browser import PASSWORD, Browser, text_of
from tests.integration.web.conftest import SECRET

NEW = "another horse"


def log_in(app, person="maria", agent="Agent 1", address="192.0.2.1"):
    browser = Browser(app)
    browser.client.environ_base["HTTP_USER_AGENT"] = agent
    browser.client.environ_base["REMOTE_ADDR"] = address
    assert browser.log_in(person).status_code == 303
    return browser


def send(browser, path, **data):
    return browser.force(path, **data)


def sessions(page):
    return re.findall(r"/account/sessions/([0-9a-f]{16})/end", page.text)


@pytest.fixture
def people(company):
    for person in ("maria", "fred"):
        set_password(company.runtime, person, PASSWORD)


def test_it_shows_every_log_in_with_address_and_browser(app, people):
    maria = log_in(app)
    log_in(app, agent="<b>Phone</b>", address="192.0.2.77")
    page = maria.get("/account")

    assert "192.0.2.77" in page.text
    assert "&lt;b&gt;Phone&lt;/b&gt;" in page.text
    assert "Agent 1 ● this one" in text_of(page)
    assert len(sessions(page)) == 1


def test_one_log_in_can_be_ended_from_another(app, people):
    maria, phone = log_in(app), log_in(app, agent="Phone")
    (other,) = sessions(maria.get("/account"))
    assert send(maria, f"/account/sessions/{other}/end").status_code == 303

    assert phone.get("/").status_code == 401
    assert maria.get("/account").status_code == 200


def test_all_others_can_be_ended_at_once(app, people):
    maria, *others = [log_in(app) for _ in range(3)]
    fred = log_in(app, "fred")
    assert send(maria, "/account/sessions/end").status_code == 303

    assert [each.get("/").status_code for each in others] == [401, 401]
    assert [maria.get("/").status_code, fred.get("/").status_code] == [200, 200]


def test_nobody_ends_what_is_not_his(app, people):
    maria, fred = log_in(app), log_in(app, "fred")
    log_in(app, "fred")
    (other,) = sessions(fred.get("/account"))

    assert send(maria, f"/account/sessions/{other}/end").status_code == 404
    assert fred.get("/").status_code == 200


def change(browser, old=PASSWORD, new=NEW, repeated=None):
    data = {"old": old, "new": new, "repeated": new if repeated is None else repeated}
    return send(browser, "/account/password", **data)


def test_a_new_password_needs_the_old_one_and_ends_other_log_ins(app, people):
    maria, phone = log_in(app), log_in(app)
    assert change(maria).status_code == 303

    assert maria.get("/account").status_code == 200
    assert phone.get("/").status_code == 401
    assert Browser(app).log_in("maria").status_code == 401
    assert Browser(app).log_in("maria", NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "wrong horse"}, "The old password is not right"),
        ({"old": ""}, "The old password is not right"),
        ({"new": "short"}, "A password has 8 to 1024 characters"),
        ({"repeated": "another house"}, "typed in two ways"),
    ],
)
def test_a_change_that_is_refused_changes_nothing(app, people, fields, sentence):
    maria, phone = log_in(app), log_in(app)
    answer = change(maria, **fields)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert phone.get("/").status_code == 200
    assert Browser(app).log_in("maria").status_code == 303


def test_the_old_password_cannot_be_guessed_from_a_stolen_session(app, people):
    maria = log_in(app)
    answers = [change(maria, old=f"guess {n}") for n in range(5)]

    assert [a.status_code for a in answers] == [422, 422, 422, 429, 429]


def make_token(browser, *scopes, days=30):
    return send(browser, "/account/tokens", scope=list(scopes), days=days)


def secret_of(answer):
    return re.search(r"cpq_[A-Za-z0-9_-]{43}", answer.text).group()


def test_a_token_is_shown_once_and_works(app, people, dump):
    maria = log_in(app)
    answer = make_token(maria, "read")
    secret = secret_of(answer)
    program = app.test_client()
    header = {"Authorization": f"Bearer {secret}"}

    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert program.get("/api/v1/tasks", headers=header).status_code == 200
    assert secret not in maria.get("/account").text
    assert secret not in dump()


def test_a_token_ends_when_its_owner_says_so(app, people):
    maria, fred = log_in(app), log_in(app, "fred")
    answer = make_token(maria, "read")
    header = {"Authorization": f"Bearer {secret_of(answer)}"}
    name = re.search(r"K-[0-9a-f]{8}", answer.text).group()
    revoke = f"/account/tokens/{name}/revoke"
    assert send(fred, revoke).status_code == 404
    assert app.test_client().get("/api/v1/tasks", headers=header).status_code == 200

    assert send(maria, revoke).status_code == 303
    assert app.test_client().get("/api/v1/tasks", headers=header).status_code == 401
    assert (
        name
        not in maria.get("/account").text.partition("<main")[2].partition("</p>")[2]
    )


@pytest.mark.parametrize(
    ("scopes", "days"),
    [([], 30), (["everything"], 30), (["read"], 5000), (["read"], "")],
)
def test_a_token_needs_a_scope_and_an_end(app, people, company, scopes, days):
    maria = log_in(app)

    assert make_token(maria, *scopes, days=days).status_code == 422
    assert tokens.listed(company.runtime) == ()


def test_a_token_is_made_by_somebody_who_has_just_logged_in(app, people, company):
    maria = log_in(app)
    company.wait(minutes=11)
    answer = make_token(maria, "read", "act")
    assert (answer.status_code, "Show who you are" in answer.text) == (401, True)
    assert tokens.listed(company.runtime) == ()

    again = maria.client.post("/confirm", data=kept(answer, PASSWORD))
    assert (again.status_code, again.headers["Location"]) == (307, "/account/tokens")
    done = maria.client.post("/account/tokens", data=kept(answer, PASSWORD))
    assert done.status_code == 201
    assert tokens.listed(company.runtime)[0].scopes == "read act"


def kept(page, password):
    """
    The form of the page that asks who somebody is, with the password typed in.
    """
    form = page.text.partition('action="/confirm"')[2].partition("</form>")[0]
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    data = {}
    for name, text in found:
        data.setdefault(name, []).append(text)
    return {**data, "_password": password}


def test_the_use_of_a_token_is_written_down_once_a_minute(app, people, company, dump):
    header = {"Authorization": f"Bearer {secret_of(make_token(log_in(app), 'read'))}"}
    program = app.test_client()
    program.get("/api/v1/tasks", headers=header)
    before = dump()
    company.wait(seconds=59)
    program.get("/api/v1/tasks", headers=header)
    assert dump() == before

    company.wait(seconds=1)
    program.get("/api/v1/tasks", headers=header)
    (found,) = tokens.listed(company.runtime)
    assert (dump() != before, found.seen_at[:19]) == (True, "2026-03-02T09:01:00")


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "Authorization"])
def test_a_token_in_an_address_opens_nothing(app, company, name):
    _, secret = create(company.runtime, "maria", ["read"], None)
    answer = app.test_client().get(f"/api/v1/tasks?{name}={secret}")

    assert answer.status_code == 401


def test_a_token_to_read_decides_nothing(api, company, dump):
    company.started()
    client, before = api("maria", "read"), dump()
    answer = client.post(
        "/api/v1/tasks/T-1/actions",
        json={"action": "approve"},
        headers={"Idempotency-Key": "k"},
    )

    assert (answer.status_code, dump()) == (403, before)


def test_passwords_get_today_s_strength_when_they_are_used(
    app, people, company, monkeypatch
):
    def stored():
        with company.runtime.database.read() as transaction:
            return accounts.password_hash(transaction, "maria")

    before = stored()
    log_in(app)
    assert stored() == before

    stronger = passwords.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", stronger)
    browser = log_in(app)
    assert (stored() != before, "t=2" in stored()) == (True, True)
    assert browser.get("/").status_code == 200


def test_whoever_tries_many_accounts_from_one_place_is_slowed_down(app, people):
    guesser = Browser(app)
    answers = [guesser.log_in(f"person {n}", "x" * 8).status_code for n in range(40)]
    assert answers == [401] * 31 + [429] * 9

    elsewhere = log_in(app, address="192.0.2.9")
    assert elsewhere.get("/").status_code == 200


def test_too_many_changes_are_429_with_the_time_to_wait(company, people):
    app = create_app(Settings(secret_key=SECRET, writes_per_minute=5), company.runtime)
    maria, fred = log_in(app), log_in(app, "fred")
    answers = [send(maria, "/account/sessions/end") for _ in range(6)]

    assert [a.status_code for a in answers] == [303] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert maria.get("/account").status_code == 200
    assert send(fred, "/account/sessions/end").status_code == 303


def test_programs_are_limited_by_token(company):
    app = create_app(Settings(secret_key=SECRET, writes_per_minute=3), company.runtime)
    company.started()
    secrets = [create(company.runtime, "maria", ["act"], None)[1] for _ in range(2)]
    answers = [
        app.test_client().post(
            "/api/v1/tasks/T-1/actions",
            json={"action": "claim"},
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": f"k{n}"},
        )
        for secret in secrets
        for n in range(4)
    ]

    assert [a.status_code for a in answers] == [200, 200, 200, 429] * 2
    assert answers[3].get_json()["code"] == "too-many-attempts"
    assert "Retry-After" in answers[3].headers


def test_who_floods_is_refused_again_without_a_look_at_the_database(company):
    app = create_app(Settings(secret_key=SECRET, writes_per_minute=1), company.runtime)
    company.started()
    _, secret = create(company.runtime, "maria", ["act", "read"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    asked = []
    event.listen(
        company.runtime.database.engine,
        "before_cursor_execute",
        lambda *told: asked.append(told),
    )

    def claim():
        asked.clear()
        path, key = "/api/v1/tasks/T-1/actions", headers | {"Idempotency-Key": "k"}
        answer = app.test_client().post(path, json={"action": "claim"}, headers=key)
        return answer.status_code, bool(asked)

    assert [claim() for _ in range(4)] == [
        (200, True), (429, True), (429, False), (429, False),
    ]  # fmt: skip
    # Reading is no change and has no limit, and pages know no token.
    assert app.test_client().post("/login", headers=headers).status_code == 403
    reading = app.test_client().get("/api/v1/tasks", headers=headers)
    assert reading.status_code == 200


@pytest.fixture
def refused(company):
    """
    Maria's program, which has changed as much as it may: its application and token.
    """
    settings = Settings(
        secret_key=SECRET,
        writes_per_minute=1,
        metrics_token="m" * 20,
        base_url="https://cpq.example.com",
    )
    app = create_app(settings, company.runtime)
    company.started()
    _, secret = create(company.runtime, "maria", ["act"], None)
    assert claim(app, f"Bearer {secret}", "k").status_code == 200
    return app, secret


def claim(app, authorization, key, path="/api/v1/tasks/T-1/actions"):
    headers = {"Authorization": authorization, "X-Request-ID": "mine"}
    return app.test_client().post(
        json={"action": "claim"},
        headers=headers | {"Idempotency-Key": key},
        # As it was sent: of two slashes the client would make another host.
        environ_overrides={"PATH_INFO": path},
    )


def test_who_is_refused_again_is_told_the_same_and_counted(refused, caplog):
    caplog.set_level("INFO")
    app, secret = refused
    first, again = (claim(app, f"Bearer {secret}", key) for key in "lm")

    assert (first.status_code, again.status_code) == (429, 429)
    told, same = first.get_json(), again.get_json()
    assert "try again in" in told.pop("detail")
    assert "try again in" in same["detail"]
    assert told.items() <= same.items()
    own = {"Content-Length", "Retry-After"}
    # What is answered without a look at the session does not vary with it.
    assert dict(first.headers).keys() - {"Vary"} == dict(again.headers).keys()
    assert {k: v for k, v in again.headers.items() if k not in own}.items() <= dict(
        first.headers
    ).items()
    assert again.headers["X-Request-ID"] == "mine"
    assert "Strict-Transport-Security" in again.headers
    assert sum(" status=429 " in each for each in caplog.messages) == 2
    scraped = app.test_client().get(
        "/metrics", headers={"Authorization": f"Bearer {'m' * 20}"}
    )
    assert (
        'requests_total{method="POST",route="(none)",status="429"} 1.0' in scraped.text
    )


@pytest.mark.parametrize(
    ("spelt", "path"),
    [
        ("bearer {}", "/api/v1/tasks/T-1/actions"),
        ("BEARER  {} ", "/api/v1/tasks/T-1/actions"),
        ("Bearer {}", "//api/v1/tasks/T-1/actions"),
    ],
)
def test_no_other_way_to_say_the_same_is_looked_up(refused, company, spelt, path):
    app, secret = refused
    assert claim(app, f"Bearer {secret}", "l").status_code == 429
    asked = []
    event.listen(
        company.runtime.database.engine,
        "before_cursor_execute",
        lambda *told: asked.append(told),
    )

    assert claim(app, spelt.format(secret), "m", path).status_code == 429
    assert asked == []


@pytest.mark.parametrize(
    ("count", "seen"),
    [(None, "192.0.2.1"), (1, "198.51.100.2"), (2, "198.51.100.1")],
)
def test_only_so_many_servers_in_front_are_believed(company, people, count, seen):
    app = create_app(
        Settings(secret_key=SECRET, trusted_proxies=count), company.runtime
    )
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = "198.51.100.1, 198.51.100.2"
    browser.client.environ_base["HTTP_X_USER"] = "carl"
    browser.log_in("maria")

    page = browser.get("/account").text
    assert seen in page
    assert "Maria" in page


def test_a_forwarded_address_does_not_help_a_guesser(app, people):
    codes = []
    for n in range(5):
        browser = Browser(app)
        browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{n}"
        codes.append(browser.log_in("maria", "wrong horse").status_code)

    assert codes == [401, 401, 401, 429, 429]
