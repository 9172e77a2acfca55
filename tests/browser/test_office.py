"""
The administration in a browser: read on a phone, in the dark, and acted on by an admin.
"""

import json
import shutil

import pytest
from sqlalchemy import text

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.runtime import Runtime
from approval_engine.notifications.post import Post
from approval_engine.operations import messages
from approval_engine.store import catalog, incidents
from approval_engine.store.database import Database
from tests.browser.site import LOOKS, WIDE, Site

PAGES = {
    "overview": "/admin",
    "incidents": "/admin/incidents",
    "seats": "/admin/seats",
    "ending": "/admin/ending?days=90",
    "overrides": "/admin/overrides",
    "outbox": "/admin/outbox?status=waiting",
    "dead": "/admin/outbox",
    "webhooks": "/admin/webhooks",
    "workers": "/admin/workers",
    "directory": "/admin/directory?q=ma",
    "person": "/admin/directory/people/maria",
    "import": "/admin/directory/import",
    "delegations": "/admin/delegations?state=all",
    "tokens": "/admin/tokens",
    "away": "/delegations?to=marcus&starts=2030-12-01T09:00&ends=2030-12-05T09:00",
}


@pytest.fixture
def site(demo_file, tmp_path, quick_hashes, stays_sound):
    """
    The demo, served with a secret to sign with.
    """
    path = shutil.copy(demo_file, tmp_path / "demo.db")
    runtime = Runtime(database=Database(f"sqlite:///{path}"))
    site = Site(runtime, webhook_secret="crm=a-secret-of-both")
    yield site
    site.close(sound=stays_sound)


def break_one(runtime):
    """
    Hold a workflow that waits by an incident; its id and that of the incident.
    """
    with runtime.database.begin() as transaction:
        one = "SELECT id FROM workflow_instance WHERE status = 'pending' LIMIT 1"
        workflow = transaction.execute(text(one)).scalar_one()
        spoil = "UPDATE workflow_instance SET state = :state WHERE id = :id"
        transaction.execute(text(spoil), {"state": b"x", "id": workflow})
        detail = "Expected an engine state, but unexpected character."
        at = "2026-11-25T08:00:00.000000Z"
        incident = incidents.add(transaction, workflow, "engine", detail, at)
        transaction.execute(
            text("UPDATE outbox SET status = 'dead', attempts = 15 WHERE rowid < 4")
        )
    return workflow, incident


def pending(runtime, beside=""):
    """
    A workflow that waits.
    """
    one = "SELECT id FROM workflow_instance WHERE status = 'pending' AND id <> :id"
    with runtime.database.read() as transaction:
        return transaction.execute(text(one), {"id": beside}).scalars().first()


def add_hook(runtime):
    """
    A webhook, with messages that some people would have got instead.
    """
    post = Post(secrets={"crm": (b"a secret of both",)})
    what = ("https://crm.example.com/hooks", "json", "crm")
    hook = messages.add_webhook(runtime, post, what, ["workflow.approved"]).id
    with runtime.database.begin() as transaction:
        change = "UPDATE outbox SET recipient = :to WHERE rowid BETWEEN 2 AND 7"
        transaction.execute(text(change), {"to": f"webhook={hook}"})
    return hook


def without(runtime, person):
    """
    The directory file without a person.
    """
    with runtime.database.read() as transaction:
        body = catalog.body(transaction, catalog.current(transaction).directory)
    value = json.loads(body)
    value["users"] = [each for each in value["users"] if each["id"] != person]
    for each in value["users"]:
        if each.get("manager") == person:
            each["manager"] = None
    for members in value["roles"].values():
        members[:] = [each for each in members if each != person]
    return json.dumps(value)


@pytest.mark.broken
@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_page_is_accessible(visit, site, scheme, size):
    workflow, incident = break_one(site.runtime)
    workflow = pending(site.runtime, beside=workflow)
    more = {
        "incident": f"/admin/incidents/{incident}",
        "override": f"/admin/overrides/{workflow}",
        "webhook": f"/admin/webhooks/{add_hook(site.runtime)}",
    }
    ada = visit("ada", size=size, color_scheme=scheme)
    for name, path in {**PAGES, **more}.items():
        ada.go(path)
        if (scheme == "light") is (size == WIDE):
            ada.shot(f"office-{name}-{scheme}")
        ada.page.evaluate(
            "document.querySelectorAll('main details').forEach(d => { d.open = true })"
        )
        assert ada.violations() == [], path
        assert not ada.overflows(), path


@pytest.mark.broken
@pytest.mark.browser
def test_an_auditor_reads_and_finds_no_button(visit, site):
    break_one(site.runtime)
    augusta = visit("augusta")
    for path in PAGES.values():
        page = augusta.go(path)
        if path.startswith("/admin"):
            assert page.locator("main form[method=post]").count() == 0, path
    assert augusta.violations() == []


@pytest.mark.browser
def test_an_incident_is_repaired_and_closed_in_place(visit, site):
    workflow, incident = break_one(site.runtime)
    page = visit("ada").go("/admin")
    page.get_by_role("link", name="open incidents").click()
    page.get_by_role("link", name=incident).click()
    assert "It would write anew: state" in page.locator("main").inner_text()
    page.locator("summary", has_text="Repair").click()
    page.get_by_role("button", name="Confirm: repair").click()
    assert (
        "are what its events say again: state"
        in page.get_by_role("status").inner_text()
    )
    page.locator("summary", has_text="Close").click()
    page.get_by_label("What you found").fill("A disk was full")
    page.get_by_role("button", name="Confirm: close").click()
    assert f"You closed {incident}" in page.get_by_role("status").inner_text()
    assert "A disk was full" in page.locator("blockquote").inner_text()
    page.goto(f"/workflows/{workflow}")
    assert "is held by incident" not in page.locator("main").inner_text()


@pytest.mark.browser
def test_somebody_goes_away_and_comes_back(visit, site):
    maria = visit("maria")
    page = maria.go("/")
    page.locator("summary", has_text="Maria Lopez").click()
    page.get_by_role("link", name="Away?").click()
    page.get_by_label("Stand-in").fill("marcus")
    page.get_by_role("button", name="Show what would move").click()
    assert "Marcus" in page.locator("#would + p").inner_text()
    maria.shot("office-away-preview")
    assert maria.violations() == []
    page.get_by_role("button", name="Confirm: let Marcus").click()
    assert "stands in for you" in page.get_by_role("status").inner_text()
    page.locator("summary", has_text="End").click()
    page.get_by_role("button", name="Confirm: end it now").click()
    assert "You are back" in page.get_by_role("status").inner_text()


@pytest.mark.browser
def test_a_leaver_is_shown_before_the_directory_is_imported(visit, site):
    ada = visit("ada")
    page = ada.go("/admin/directory/import")
    page.get_by_label("Or its content").fill(without(site.runtime, "marcus"))
    page.get_by_role("button", name="Show what would change").click()
    assert "Leaves" in page.locator("table").inner_text()
    assert ada.violations() == []
    ada.shot("office-import-preview")
    page.locator("summary", has_text="Import it").click()
    page.get_by_role("button", name="Confirm: import").click()
    assert "The directory has" in page.get_by_role("status").inner_text()
    page.goto("/admin/directory/people/marcus")
    assert "Has left" in page.locator("main").inner_text()


@pytest.mark.browser
def test_a_token_is_shown_once_and_revoked(visit):
    ada = visit("ada")
    page = ada.go("/admin/tokens")
    page.get_by_label("Owner (it acts").fill("maria")
    page.get_by_label("read see what the owner sees").check()
    page.get_by_role("button", name="Make the token").click()
    assert page.locator("code.secret").inner_text().startswith("cpq_")
    assert ada.violations() == []
    ada.shot("office-token")
    page.get_by_role("link", name="I have copied it").click()
    assert page.locator("code.secret").count() == 0
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("button", name="Confirm: revoke").click()
    assert "opens nothing any more" in page.get_by_role("status").inner_text()


@pytest.mark.browser
def test_an_override_is_started_on_the_page_of_its_workflow(visit, site):
    workflow = pending(site.runtime)
    page = visit("ada").go(f"/workflows/{workflow}")
    page.get_by_role("link", name="Override").click()
    assert "It would ask another admin first" in page.locator("main").inner_text()
    page.locator("summary", has_text="Reject in spite").click()
    page.get_by_label("Your reason").last.fill("The board said no")
    page.get_by_role("button", name="Confirm: ask another admin to reject").click()
    assert "You asked for it" in page.get_by_role("status").inner_text()
    assert "The board said no" in page.locator("main").inner_text()


@pytest.mark.browser
def test_a_webhook_is_added_and_ended(visit):
    page = visit("ada").go("/admin/webhooks")
    page.get_by_label("Address").fill("https://crm.example.com/hooks")
    page.get_by_role("button", name="Add the webhook").click()
    assert "is told from now on" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="crm.example.com").click()
    assert "It was told nothing yet" in page.locator("main").inner_text()
    page.go_back()
    page.locator("summary", has_text="End").click()
    page.get_by_role("button", name="Confirm: tell it nothing more").click()
    assert "is told nothing more" in page.get_by_role("status").inner_text()


@pytest.mark.broken
@pytest.mark.browser
def test_a_message_that_was_given_up_is_sent_again(visit, site):
    break_one(site.runtime)
    page = visit("ada").go("/admin/outbox")
    before = page.locator("tbody tr").count()
    page.locator("summary", has_text="Send again").first.click()
    page.get_by_role("button", name="Confirm: send it").first.click()
    assert "is tried again" in page.get_by_role("status").inner_text()
    assert page.locator("tbody tr").count() == before - 1


@pytest.mark.browser
def test_a_second_admin_confirms_an_override(visit, site):
    other = pending(site.runtime)
    wish = Override(workflow=other, decision="reject", comment="The board said no")
    override(site.runtime, wish, Caller(actor="ada", channel="t"))
    ada = visit("ada")
    page = ada.go("/admin/overrides")
    assert page.locator("summary", has_text="Reject it too").count() == 0
    ada.shot("office-override-asked")
    page.locator("summary", has_text="Take it back").click()
    page.get_by_label("Why").fill("I was wrong")
    page.get_by_role("button", name="Confirm: take it back").click()
    assert "is refused" in page.get_by_role("status").inner_text()
    assert ada.violations() == []
