"""
A canary in the browser: the desk begins it, watches it and stops it.
"""

import json

import pytest

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.operations import policy_drafts
from approval_engine.store import catalog
from tests.browser.site import LOOKS, PHONE

QUOTE = "Q-2026-0120"


def drafted(site, margins="< 15"):
    """
    A draft of the version in force that asks only for these margins: below 15 %.
    """
    with site.runtime.database.read() as transaction:
        base = catalog.current(transaction).policy
        value = json.loads(catalog.body(transaction, base))
    draft = policy_drafts.begin(site.runtime, base, "dora")
    for trigger in value["triggers"]:
        if trigger["id"] == "margin":
            trigger["when"] = {"margin_pct": margins}
    value |= {"version": "2026.3"}
    policy_drafts.keep(site.runtime, draft.id, 1, value, "dora")


def submitted(site, quote=QUOTE, by="sam"):
    submit(site.runtime, quote, Caller(actor=by, channel="t"))


def begun(dora, site, margins="< 15"):
    drafted(site, margins)
    page = dora.go("/policies")
    page.get_by_role("link", name="Try a version on live quotes").click()
    draft = "the draft by dora: version 2026.3"
    page.get_by_label("What is tried").select_option(label=draft)
    page.get_by_role("button", name="Compare every quote").click()
    page.get_by_text("compares every quote now").wait_for()
    return page


def widened(page, share):
    page.get_by_text("Route quotes by it", exact=True).click()
    page.get_by_label("Percent of the quotes").fill(share)
    page.get_by_role("button", name="Confirm: route quotes").click()
    page.get_by_text("routes quotes now").wait_for()


@pytest.mark.browser
def test_dora_tries_a_version_sees_who_would_be_asked_and_stops_it(visit, site):
    dora = visit("dora")
    page = begun(dora, site)
    assert page.locator(".state.shadow").first.is_visible()
    submitted(site)
    page.reload()
    row = page.locator("#differing tbody tr", has_text=QUOTE)
    assert "nobody is asked" in row.inner_text()

    widened(page, "100")
    page.get_by_text("stops nothing").first.wait_for()
    submitted(site, "Q-2026-0121", by="sofia")
    dora.go("/workflows/WF-8822")
    assert "canary of 2026.3, 100 %, hash 0." in page.locator(".crumbs").inner_text()

    dora.go("/policies/canary")
    page.get_by_text("Stop", exact=True).click()
    page.locator("#why-stop").fill("Too much goes unseen.")
    page.get_by_role("button", name="Confirm: stop").click()
    page.get_by_text("is stopped; open reviews keep theirs").wait_for()
    assert page.locator("blockquote").inner_text() == "Too much goes unseen."
    assert dora.violations() == []


def confirmed(page, verb, button, legend):
    """
    Open a form, look at what it wants accepted, tick all of it, and send it.
    """
    page.get_by_text(verb, exact=True).click()
    boxes = page.get_by_role("group", name=legend).get_by_role("checkbox")
    assert boxes.count() >= 1
    assert "margin_pct 10" in boxes.first.locator("xpath=..").inner_text()
    for place in range(boxes.count()):
        boxes.nth(place).check()
    page.get_by_role("button", name=button).click()


@pytest.mark.browser
def test_dora_ticks_what_the_proof_finds_before_it_routes_and_is_published(visit, site):
    dora = visit("dora")
    page = begun(dora, site, margins="[10..24)")

    page.get_by_text("Route quotes by it", exact=True).click()
    page.get_by_label("Percent of the quotes").fill("50")
    page.get_by_role("button", name="Confirm: route quotes").click()
    said = page.get_by_role("alert").inner_text()
    assert "Accept each finding with a reason, or mend it" in said
    assert page.locator(".state.shadow").first.is_visible()
    dora.shot("canary-findings")
    assert dora.violations() == []

    legend = "You let it route quotes although"
    confirmed(page, "Route quotes by it", "Confirm: route quotes", legend)
    page.get_by_text("routes quotes now").wait_for()

    confirmed(page, "Promote", "Confirm: publish for all", "You publish it although")
    page.get_by_text("is published for all quotes").wait_for()
    with site.runtime.database.read() as transaction:
        row = catalog.policies(transaction)[-1]
    assert row.version == "2026.3"
    assert all("Accepted: ticked" in each for each in row.accepted.splitlines())
    assert row.accepted
    assert dora.violations() == []


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_its_page_is_accessible_and_fits(visit, site, size, scheme):
    dora = visit("dora", size=size, color_scheme=scheme)
    name = f"{'phone' if size == PHONE else 'wide'}-{scheme}"
    page = dora.go("/policies/canary")
    look(dora, f"canary-none-{name}")
    begun(dora, site)
    submitted(site)
    page.reload()
    look(dora, f"canary-shadow-{name}")
    widened(page, "50")
    page.get_by_text("Give it more quotes", exact=True).click()
    look(dora, f"canary-routes-{name}")
    dora.go("/policies")
    look(dora, f"canary-list-{name}")


def look(visitor, name):
    visitor.shot(name)
    assert visitor.violations() == [], name
    assert not visitor.overflows(), name
