"""
The policy in the browser: read, changed in cells, tried and published by the desk.
"""

import pytest

from tests.browser.site import PHONE, WIDE

FLOOR = "/triggers/0/when/0/margin_pct"


def first_version(visitor):
    page = visitor.go("/policies")
    page.get_by_role("link", name="deal-desk 2026.2").click()
    return page


def begun(visitor):
    page = first_version(visitor)
    page.get_by_role("button", name="Edit: make a draft of it").click()
    page.get_by_role("heading", name="Draft of deal-desk 2026.3").wait_for()
    return page


@pytest.mark.browser
def test_dora_moves_the_margin_floor_and_the_next_preview_follows(visit):
    """
    She sees what is wrong beside its cell, what changes, and who would be asked.
    """
    sam = visit("sam")
    sam.go("/quotes/Q-2026-0120")
    assert sam.page.get_by_text("below floor").count()

    dora = visit("dora")
    page = begun(dora)
    cell = page.locator(f'[data-at="{FLOOR}"]')
    value = cell.get_by_label("margin, row 1, value")
    value.fill("twenty")
    value.press("Tab")
    cell.locator(".wrong").wait_for()
    assert "1 problem" in page.locator("#panel").inner_text()
    dora.shot("policies-wrong-cell")
    value.fill("15")
    cell.locator(".wrong").wait_for(state="detached")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_text("The draft is saved.").wait_for()

    page.get_by_role("link", name="What changes").click()
    assert page.get_by_text("margin is below 15 %").count()
    dora.shot("policies-changes")
    page.get_by_role("link", name="Try it").click()
    assert page.get_by_text("would be asked otherwise").is_visible()
    dora.shot("policies-trial")
    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_label("Why it changes").fill("Hardware margins fell; finance agreed.")
    dora.shot("policies-publish")
    page.get_by_role("button", name="Publish the policy").click()
    page.get_by_text("Version 2026.3 is published").wait_for()
    dora.shot("policies-published")

    sam.go("/quotes/Q-2026-0120")
    assert not sam.page.get_by_text("below floor").count()


@pytest.mark.browser
def test_an_analyst_reads_and_changes_nothing(visit):
    anton = visit("anton")
    page = first_version(anton)

    assert page.get_by_text("When region is not EMEA and margin is below 24 %").count()
    assert not page.get_by_role("button", name="Edit: make a draft of it").count()


@pytest.mark.browser
def test_rows_are_added_without_a_script(visit):
    dora = visit("dora", java_script_enabled=False)
    page = begun(dora)
    page.locator('[id="/triggers/0/when"]').get_by_text("Add a row").click()
    row = page.locator('[data-at="/triggers/0/when/2/margin_pct"]')
    row.get_by_label("margin, row 3, value").fill("nothing")
    page.get_by_role("button", name="Save the draft").click()

    assert row.locator(".wrong").is_visible()
    assert page.get_by_text("You can save the draft as it is").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_is_accessible_and_fits(visit, size, scheme):
    dora = visit("dora", size=size, color_scheme=scheme)
    name = f"{'phone' if size == PHONE else 'wide'}-{scheme}"
    page = first_version(dora)
    look(dora, f"policies-version-{name}")
    page.get_by_role("button", name="Edit: make a draft of it").click()
    address = page.url.replace("/form/rules", "")
    for part in ("rules", "ladders", "steps", "inputs", "terms"):
        dora.go(f"{address}/form/{part}")
        look(dora, f"policies-{part}-{name}")
    for part in ("changes", "trial", "publish"):
        dora.go(f"{address}/{part}")
        look(dora, f"policies-{part}-{name}")
    dora.go("/policies")
    look(dora, f"policies-list-{name}")


def look(visitor, name):
    visitor.shot(name)
    assert visitor.violations() == [], name
    assert not visitor.overflows(), name
