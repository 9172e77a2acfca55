"""
Single sign-on against a real provider: who gets in, and every lie that is refused.
"""

import subprocess
import sys
from importlib.util import find_spec
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from approval_engine.accounts import identities, oidc, providers
from approval_engine.accounts.oidc import Identity
from approval_engine.config import Settings
from approval_engine.errors import InvalidInput
from approval_engine.operations import intake
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company, directory, document
from tests.integration.web.browser import Browser, text_of
from tests.integration.web.conftest import SECRET
from tests.integration.web.provider import CLIENT, Provider, key, keyed, unsigned

BASE = "http://localhost"


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


@pytest.fixture
def provider(company):
    provider = Provider(clock=lambda: company.runtime.clock().timestamp())
    yield provider
    provider.close()


@pytest.fixture
def site(company, provider):
    """
    Makes the product with single sign-on and these settings.
    """

    def site(**more):
        settings = Settings(
            secret_key=SECRET, base_url=BASE, **provider.settings(**more)
        )
        return create_app(settings, company.runtime)

    return site


@pytest.fixture
def link(company, provider):
    def link(person, subject, issuer=None):
        identity = Identity(issuer=issuer or provider.issuer, subject=subject)
        identities.link(company.runtime, person, identity, by="olivia")

    return link


def begun(browser, path="/login/sso"):
    """
    The address at which the provider sends the browser back.
    """
    away = browser.get(path)
    assert away.status_code == 303, away.text
    answer = requests.get(away.headers["Location"], allow_redirects=False, timeout=5)
    return answer.headers["Location"].removeprefix(BASE)


def log_in(browser, path="/login/sso"):
    return browser.get(begun(browser, path))


def tables(company):
    names = ("web_session", "linked_identity", "workflow_event", "credential")
    with company.runtime.database.read() as transaction:
        return [
            sorted(map(str, transaction.exec_driver_sql(f"SELECT * FROM {each}")))  # noqa: S608 our tables
            for each in names
        ]


def test_whoever_is_linked_gets_in_and_comes_where_he_wanted(site, link):
    link("maria", "sub-maria")
    browser = Browser(site())
    assert "Log in with single sign-on" in browser.get("/login").text

    answer = log_in(browser, "/login/sso?next=/quotes")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/quotes")
    page = browser.get("/account")
    assert "Maria" in page.text
    assert "Single sign-on" in text_of(page)


def test_the_provider_is_asked_with_pkce_state_and_nonce(site, link, provider):
    link("maria", "sub-maria")
    for _ in range(2):
        log_in(Browser(site()))
    first, second = provider.asked

    assert first["response_type"] == "code"
    assert first["client_id"] == CLIENT
    assert first["redirect_uri"] == f"{BASE}/login/sso/back"
    assert first["code_challenge_method"] == "S256"
    assert "email" not in first["scope"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


def test_the_session_is_another_one_after_it(site, link, enter):
    link("maria", "sub-maria")
    browser = Browser(site())
    browser.get("/login")
    before = browser.client.get_cookie("cpq").value
    log_in(browser)

    assert browser.client.get_cookie("cpq").value != before


def other_key(provider):
    return lambda claims: provider.signed(claims, key("of somebody else"))


def symmetric(provider):
    """
    Signed with what everybody can read: the public key as if it were a secret.
    """
    public = provider.key.as_pem(private=False)
    return lambda claims: keyed(public, claims)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "lie",
    [
        {"aud": "another client"},
        {"aud": None},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://other.example"},
        {"iss": None},
        {"nonce": "of an earlier log-in"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"iat": None},
        {"auth_time": "yesterday"},
        {"auth_time": []},
        {"auth_time": 1e99},
    ],
    ids=str,
)
def test_a_token_that_says_something_wrong_is_refused(
    company, site, link, provider, lie
):
    link("maria", "sub-maria")
    provider.claims = lie
    before = tables(company)
    browser = Browser(site())
    answer = log_in(browser)

    assert (answer.status_code, provider.tokens) == (401, 1)
    assert "Single sign-on did not work" in answer.text
    assert browser.get("/").status_code == 401
    assert tables(company) == before


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("forge", [lambda _: unsigned, other_key, symmetric])
def test_a_token_that_the_provider_did_not_sign_is_refused(
    company, site, link, provider, forge
):
    link("maria", "sub-maria")
    provider.forge = forge(provider)
    before = tables(company)
    answer = log_in(Browser(site()))

    assert (answer.status_code, provider.tokens) == (401, 1)
    assert tables(company) == before


def test_a_token_is_good_for_its_own_log_in_only(company, site, link, provider):
    """
    A token that was signed once, for this client, and is brought again.
    """
    link("maria", "sub-maria")
    kept = []
    provider.forge = lambda claims: kept.append(provider.signed(claims)) or kept[0]
    assert log_in(Browser(site())).status_code == 303

    before = tables(company)
    assert log_in(Browser(site())).status_code == 401
    assert tables(company) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda back: back.replace("state=", "state=x"),
        lambda back: back.partition("&state=")[0],
        lambda back: back.replace("code=", "code=x"),
        lambda back: back.replace("code=", "coda="),
        lambda back: f"{back}&error=access_denied",
        lambda back: f"{back}&iss=https%3A%2F%2Fother.example",
    ],
)
def test_an_answer_that_was_changed_on_the_way_is_refused(company, site, link, change):
    link("maria", "sub-maria")
    browser = Browser(site())
    back = begun(browser)
    before = tables(company)

    assert browser.get(change(back)).status_code == 401
    assert tables(company) == before
    # What was begun is over, also for the right answer.
    assert browser.get(back).status_code == 401


def test_an_answer_belongs_to_the_browser_that_asked(company, site, link):
    link("maria", "sub-maria")
    app = site()
    back = begun(Browser(app))
    victim = Browser(app)

    assert victim.get(back).status_code == 401
    assert victim.get("/").status_code == 401


def test_an_answer_works_once(site, link):
    link("maria", "sub-maria")
    browser = Browser(site())
    back = begun(browser)
    assert browser.get(back).status_code == 303

    assert browser.get(back).status_code == 401


@pytest.mark.parametrize("pkce", [True, False])
def test_a_code_of_another_browser_is_refused_with_and_without_pkce_there(
    company, site, link, provider, pkce
):
    """
    An attacker's own code, slipped into the answer of somebody who is logging in.
    """
    link("maria", "sub-maria")
    provider.pkce = pkce
    app = site()
    code = parse_qs(urlsplit(begun(Browser(app))).query)["code"][0]
    victim = Browser(app)
    back = begun(victim)
    before = tables(company)
    answer = victim.get(f"{back.partition('?')[0]}?{swapped(back, code)}")

    assert (answer.status_code, provider.tokens) == (401, 0 if pkce else 1)
    assert tables(company) == before
    assert log_in(victim).status_code == 303


def swapped(back, code):
    query = parse_qs(urlsplit(back).query)
    return urlencode({"state": query["state"][0], "code": code})


@pytest.mark.parametrize(
    ("methods", "status"),
    [(["S256"], 303), (["plain", "S256"], 303), (["plain"], 401), ([], 401)],
)
def test_a_provider_that_says_it_does_no_pkce_is_not_used(
    site, provider, methods, status
):
    provider.says = {"code_challenge_methods_supported": methods}
    answer = Browser(site()).get("/login/sso")

    assert answer.status_code == status
    assert ("(PKCE)" in answer.text) is (status == 401)


@pytest.mark.parametrize(
    "keys", [7, [], [7], {}, [{"kty": "RSA"}], [{"kty": "RSA", "n": "!", "e": "AQAB"}]]
)
def test_keys_that_are_none_are_a_sentence(site, link, provider, keys):
    link("maria", "sub-maria")
    provider.keys = keys
    answer = log_in(Browser(site()))

    assert answer.status_code == 401
    assert "what the provider signed does not hold" in answer.text


@pytest.mark.parametrize(
    ("ago_s", "status"), [(0, 303), (600, 303), (661, 401), (None, 401)]
)
def test_whoever_is_asked_again_must_have_been(site, link, provider, ago_s, status):
    """
    The provider says when it saw him last; it need not have asked him again.
    """
    link("maria", "sub-maria")
    provider.claims = {
        "auth_time": None if ago_s is None else int(provider.clock()) - ago_s
    }
    answer = log_in(Browser(site()), "/login/sso?again=yes")

    assert answer.status_code == status
    assert provider.asked[0]["prompt"] == "login"
    assert provider.asked[0]["max_age"] == "600"


@pytest.mark.parametrize("said", ["not json", [], {"issuer": None}, {"keys": 7}])
def test_nonsense_of_a_provider_is_a_sentence(site, link, provider, said):
    link("maria", "sub-maria")
    app = site()
    provider.nonsense = said
    answer = Browser(app).get("/login/sso")

    assert (answer.status_code, "Single sign-on did not work" in answer.text) == (
        401,
        True,
    )


def test_the_same_subject_at_another_issuer_is_somebody_else(company, site, link):
    link("carl", "sub-maria", issuer="https://other.example")
    answer = log_in(Browser(site()))

    assert answer.status_code == 401
    assert "ask your administrator to link 'sub-maria'" in text_of(answer)


@pytest.mark.parametrize("verified", [True, False])
def test_the_address_of_the_cfo_makes_nobody_the_cfo(company, site, provider, verified):
    provider.claims = {"email": "carl@example.com", "email_verified": verified}
    before = tables(company)
    answer = log_in(Browser(site(oidc_user_claim="preferred_username")))

    assert answer.status_code == 401
    assert tables(company) == before


def test_a_claim_links_once_and_never_moves(company, site, provider):
    app = site(oidc_user_claim="employee")
    provider.claims = {"employee": "maria"}
    assert log_in(Browser(app)).status_code == 303
    provider.claims = {"employee": "carl"}
    browser = Browser(app)
    log_in(browser)

    assert "Maria" in browser.get("/account").text
    rows = identities.listed(company.runtime)
    assert [(row.subject, row.user_id) for row in rows] == [("sub-maria", "maria")]


def test_a_name_that_was_changed_leads_into_no_account_that_is_linked(
    company, site, provider, link
):
    link("carl", "sub-carl")
    provider.claims = {"employee": "carl"}
    answer = log_in(Browser(site(oidc_user_claim="employee")))

    assert answer.status_code == 401
    assert len(identities.listed(company.runtime)) == 1


@pytest.mark.parametrize("named", ["nobody", "", ["maria"], {"id": "maria"}, 7])
def test_a_claim_that_names_nobody_links_nobody(company, site, provider, named):
    provider.claims = {"employee": named}

    assert log_in(Browser(site(oidc_user_claim="employee"))).status_code == 401
    assert identities.listed(company.runtime) == ()


def test_whoever_left_does_not_get_in(company, site, link):
    link("maria", "sub-maria")
    people = directory()
    for user in people["users"]:
        user["active"] = user["id"] != "maria"
    intake.import_directory(company.runtime, document(people))

    assert log_in(Browser(site())).status_code == 401


def test_groups_lend_sight_and_nothing_else(company, site, provider, link):
    link("leo", "sub-maria")
    workflow = company.started()
    app = site(oidc_groups_claim="groups", oidc_roles=("watchers=admin", "x=finance"))
    browser = Browser(app)
    log_in(browser)
    assert browser.get(f"/workflows/{workflow}").status_code == 404

    provider.claims = {"groups": ["watchers", "x", "unknown"]}
    log_in(browser)
    assert browser.get(f"/workflows/{workflow}").status_code == 200
    # A lent role is no seat and no office: the directory knows nothing of it.
    for action, more in (("approve", {}), ("reassign", {"to": "lara"})):
        answer = browser.force("/tasks/T-2", action=action, comment="x", **more)
        assert answer.status_code == 403
    assert company.is_sound()


def test_sight_that_was_lent_ends_with_the_session(company, site, provider, link):
    link("leo", "sub-maria")
    workflow = company.started()
    app = site(oidc_groups_claim="groups", oidc_roles=("watchers=auditor",))
    provider.claims = {"groups": ["watchers"]}
    watching = Browser(app)
    log_in(watching)
    provider.claims = {}
    other = Browser(app)
    log_in(other)

    assert watching.get(f"/workflows/{workflow}").status_code == 200
    assert other.get(f"/workflows/{workflow}").status_code == 404


def test_the_way_out_leads_over_the_provider(site, link, provider):
    link("maria", "sub-maria")
    browser = Browser(site())
    log_in(browser)
    answer = browser.force("/logout")
    assert answer.headers["Location"] == "/login?ended=sso"
    page = browser.get(answer.headers["Location"])
    assert "Log out of single sign-on too" in page.text

    there = urlsplit(browser.get("/logout/sso").headers["Location"])
    assert f"http://{there.netloc}{there.path}" == f"{provider.issuer}/end"
    query = parse_qs(there.query)
    assert query["post_logout_redirect_uri"] == [f"{BASE}/login"]
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize("path", ["/login/sso", "/login/sso/back", "/logout/sso"])
def test_without_a_provider_there_is_none(browser, path):
    assert browser.get(path).status_code == 404
    assert "single sign-on" not in browser.get("/login").text


def test_a_provider_that_is_away_is_said_and_passwords_still_work(
    company, site, provider
):
    app = site()
    provider.close()
    answer = Browser(app).get("/login/sso")

    assert answer.status_code == 401
    assert "the provider does not answer" in answer.text
    provider._server = provider._thread = type(
        "Gone", (), {n: lambda *_: None for n in ("shutdown", "server_close", "join")}
    )()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1"])
def test_nothing_is_asked_of_hosts_that_are_not_the_issuer(
    site, provider, monkeypatch, host
):
    lies = {
        "issuer": provider.issuer,
        "authorization_endpoint": f"{provider.issuer}/authorize",
        "token_endpoint": f"http://{host}/token",
        "jwks_uri": f"{provider.issuer}/keys",
    }
    app = site()
    monkeypatch.setattr(oidc.Provider, "_metadata", lambda _: lies)
    answer = log_in(Browser(app))

    assert answer.status_code == 401
    assert "its token_endpoint is not at the issuer" in answer.text


def test_a_provider_that_calls_itself_something_else_is_refused(site, provider):
    app = site()
    provider.issuer = "http://other.example"
    answer = Browser(app).get("/login/sso")

    assert "calls itself something else" in answer.text


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("oidc_client_id", "so CPQ_OIDC_CLIENT_ID must be set too"),
        ("base_url", "so CPQ_BASE_URL must be set too"),
    ],
)
def test_settings_that_are_not_whole_are_named(company, missing, sentence):
    whole = {
        "oidc_issuer": "https://login.example",
        "oidc_client_id": CLIENT,
        "base_url": BASE,
    }
    del whole[missing]

    with pytest.raises(InvalidInput, match=sentence):
        create_app(Settings(secret_key=SECRET, **whole), company.runtime)


def test_without_the_extra_one_sentence_says_what_to_install(company, monkeypatch):
    monkeypatch.setattr(
        providers,
        "find_spec",
        lambda name: None if name == "authlib" else find_spec(name),
    )
    settings = Settings(
        secret_key=SECRET, oidc_issuer="https://x.example", oidc_client_id=CLIENT
    )

    with pytest.raises(InvalidInput, match=r"install approval-engine\[oidc\]"):
        create_app(settings, company.runtime)


def test_the_product_starts_without_loading_what_only_single_sign_on_needs():
    script = (
        "import approval_engine.web.app, sys;"
        "print(sorted({'authlib', 'requests', 'joserfc'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
