"""
Log-in, account and "show who you are" in a real browser, with a real provider beside.
"""

import shutil
import socket
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from approval_engine.accounts import identities
from approval_engine.accounts.oidc import Identity
from approval_engine.executor.runtime import Runtime
from approval_engine.store.database import Database
from tests.browser.site import LOOKS, PASSWORD, PHONE, Site
from tests.integration.web.provider import Provider

pytestmark = pytest.mark.browser

LONG = "An-Agent-With-A-Name-That-Has-No-Space-Anywhere-And-Never-Ends " * 3


class Clock:
    """
    The time of this machine, and whatever was waited.
    """

    def __init__(self):
        self.waited = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.waited


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def provider(clock):
    provider = Provider(clock=lambda: clock().timestamp())
    yield provider
    provider.close()


@pytest.fixture
def site(demo_file, tmp_path, quick_hashes, clock, provider, stays_sound):
    """
    The demo with single sign-on, and fresh log-ins for whatever is worth anything.
    """
    path = shutil.copy(demo_file, tmp_path / "demo.db")
    runtime = Runtime(database=Database(f"sqlite:///{path}"), clock=clock)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = provider.settings(base_url=f"http://127.0.0.1:{port}")
    site = Site(runtime, port, step_up_amount=Decimal(1), **settings)
    yield site
    site.close(sound=stays_sound)


def must_be_fine(visitor):
    assert visitor.violations() == []
    assert not visitor.overflows()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_everything_about_an_account_can_be_read_by_everybody(visit, size, scheme):
    look = f"{'phone' if size == PHONE else 'wide'}-{scheme}"
    maria = visit(size=size, color_scheme=scheme)
    maria.go("/login")
    must_be_fine(maria)
    maria.shot(f"account-log-in-{look}")
    maria.page.get_by_label("User", exact=True).fill("maria")
    maria.page.get_by_label("Password").fill("wrong horse")
    maria.page.get_by_role("button", name="Log in").click()
    assert maria.page.get_by_role("alert").is_visible()
    must_be_fine(maria)
    maria.shot(f"account-wrong-password-{look}")

    visit("maria", user_agent=LONG)
    maria.log_in("maria")
    maria.go("/account")
    must_be_fine(maria)
    maria.page.get_by_text("Change your password").click()
    maria.page.get_by_text("Make a token").click()
    must_be_fine(maria)
    maria.shot(f"account-{look}")
    maria.page.get_by_role("button", name="Make token").click()
    assert maria.page.get_by_role("heading", name="is ready").is_visible()
    must_be_fine(maria)
    maria.page.locator("summary", has_text="Revoke").click()
    must_be_fine(maria)
    maria.shot(f"account-token-{look}")


def test_log_ins_and_tokens_are_ended_by_their_owner(visit):
    phone, maria = visit("maria", PHONE, user_agent="Phone"), visit("maria")
    # A new password ended the first log-in; this one is begun with the same.
    phone.page.goto("/login")
    phone.log_in("maria")
    maria.page.goto("/login")
    maria.page.get_by_label("User", exact=True).fill("maria")
    maria.page.get_by_label("Password").fill(PASSWORD)
    maria.page.get_by_role("button", name="Log in").click()
    maria.go("/account")
    maria.page.get_by_role("button", name="Log out Phone").click()
    assert maria.page.get_by_text("That browser is logged out.").is_visible()
    assert phone.page.goto("/").status == 401

    maria.page.get_by_text("Make a token").click()
    maria.page.get_by_role("button", name="Make token").click()
    maria.page.locator("summary", has_text="Revoke").click()
    maria.page.get_by_role("button", name="Revoke K-").click()
    assert maria.page.get_by_text("opens nothing any more").is_visible()
    assert maria.page.get_by_text("You have no tokens.").is_visible()


def test_with_the_keyboard_alone(visit, site):
    site.give_password("maria")
    maria = visit()
    maria.go("/login")
    keys = maria.page.keyboard
    maria.page.locator("#user:focus").wait_for()
    keys.type("maria")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    maria.page.locator(".me summary").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    maria.page.get_by_role("heading", level=1, name="Account").wait_for()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_a_decision_waits_for_the_password_and_goes_on(visit, clock, size, scheme):
    look = f"{'phone' if size == PHONE else 'wide'}-{scheme}"
    maria = visit("maria", size=size, color_scheme=scheme)
    maria.go("/")
    maria.page.locator("main a[data-open]").first.click()
    task = maria.page.url
    clock.waited = timedelta(minutes=11)
    form = maria.page.locator("details.act", has_text="Reject").first
    form.locator("summary").click()
    form.locator("textarea").fill("too low & <b>late</b>")
    form.get_by_role("button").click()
    maria.page.get_by_role("heading", name="Show who you are").wait_for()
    must_be_fine(maria)
    maria.shot(f"account-confirm-{look}")

    maria.page.get_by_label("Password of").fill(PASSWORD)
    maria.page.get_by_role("button", name="Confirm and go on").click()
    maria.page.get_by_text("You rejected").wait_for()
    maria.go(task)
    assert "too low & <b>late</b>" in maria.page.locator(".timeline").inner_text()


def test_single_sign_on_in_and_out(visit, site, provider):
    identity = Identity(issuer=provider.issuer, subject="sub-maria")
    identities.link(site.runtime, "maria", identity, by="olivia")
    maria = visit()
    maria.go("/login?next=/quotes")
    maria.page.get_by_role("link", name="Log in with single sign-on").click()
    maria.page.get_by_role("heading", level=1, name="My quotes").wait_for()
    maria.go("/account")
    assert maria.page.get_by_text("Single sign-on").first.is_visible()
    must_be_fine(maria)
    maria.shot("account-single-sign-on")

    maria.page.locator(".me summary").click()
    maria.page.get_by_role("button", name="Log out").last.click()
    maria.page.get_by_text("You are logged out here.").wait_for()
    must_be_fine(maria)
    maria.shot("account-logged-out")
    maria.page.get_by_role("link", name="Log out of single sign-on too").click()
    maria.page.get_by_text("You are logged out.").wait_for()
    assert maria.page.url.startswith(provider.issuer)


def test_a_stranger_of_the_provider_is_told_what_to_do(visit, provider):
    provider.person = "sub-nobody"
    stranger = visit(size=PHONE)
    stranger.go("/login")
    stranger.page.get_by_role("link", name="Log in with single sign-on").click()
    stranger.page.get_by_text("ask your administrator to link").wait_for()
    must_be_fine(stranger)
    stranger.shot("account-stranger")
