"""
The policy in the browser: read, changed in cells, tried and published by the desk.
"""

import pytest

from tests.browser.site import LOOKS, PHONE

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


def value(page, place):
    return page.locator(f'[id="{place}"] input.first')


def to(page, name):
    """
    Go to another page of the draft; the form takes along what was typed.
    """
    page.get_by_label("Pages of the draft").get_by_text(name, exact=True).click()
    page.locator("[aria-current=page]", has_text=name).wait_for()


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
    value(page, FLOOR).fill("twenty")
    cell.locator(".wrong").wait_for()
    assert "1 problem" in page.locator("#panel").inner_text()
    assert dora.violations() == []
    dora.shot("policies-wrong-cell")
    value(page, FLOOR).fill("15")
    cell.locator(".wrong").wait_for(state="detached")
    says = page.locator('[data-says="/triggers/0"]')
    says.get_by_text("below 15 %").wait_for()
    assert page.locator("#panel").get_by_text("1 change so far").is_visible()

    to(page, "What changes")
    assert page.locator(".changes").get_by_text("margin is below 15 %").count()
    dora.shot("policies-changes")
    to(page, "Try it")
    assert page.get_by_text("would be asked otherwise").is_visible()
    dora.shot("policies-trial")
    to(page, "Publish")
    page.get_by_label("Why it changes").fill("Hardware margins fell; finance agreed.")
    dora.shot("policies-publish")
    page.get_by_role("button", name="Publish the policy").click()
    page.get_by_text("Version 2026.3 is published").wait_for()
    dora.shot("policies-published")

    sam.go("/quotes/Q-2026-0120")
    assert not sam.page.get_by_text("below floor").count()


SOLD = """\
id,revision,submittedBy,account,currency,margin_pct,discount_pct,amount,term_months,\
payment_days,clauses,screening,region,segment
Q-new,1,sam,New Corp,USD,{margin},5,184000,12,30,,clear,AMER,ENT
"""


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_dora_sees_what_a_draft_would_change_and_opens_such_a_quote(
    visit, tmp_path, size, scheme
):
    dora = visit("dora", size=size, color_scheme=scheme)
    page = begun(dora)
    value(page, FLOOR).fill("15")
    to(page, "Simulate")
    page.get_by_label("Figures for each").first.select_option("region")
    page.get_by_role("button", name="Ask the past").click()
    page.get_by_role("heading", name="Newly approved by nobody").wait_for()
    assert page.get_by_text("For each region").is_visible()
    assert dora.violations() == []
    assert not dora.overflows()
    dora.shot(f"policies-simulation-{size['width']}-{scheme}")

    file = tmp_path / "quotes.csv"
    file.write_text(SOLD.format(margin="16"))
    page.get_by_text("Or quotes of a file").click()
    page.get_by_label("File", exact=False).set_input_files(file)
    page.get_by_role("button", name="Ask these").click()
    page.get_by_text("1 of 1 would be asked otherwise").wait_for()
    assert dora.violations() == []
    file.write_text(SOLD.format(margin="sixteen") + "Q-2\n")
    page.get_by_label("File", exact=False).set_input_files(file)
    page.get_by_role("button", name="Ask these").click()
    page.get_by_text("Line 3: Expected 14 cells").wait_for()
    assert dora.violations() == []

    page.get_by_role("button", name="Ask the past").click()
    section = page.locator("#automatic + .sheet")
    link = section.get_by_role("link").first
    quote = link.inner_text().split()[0]
    link.click()
    page.wait_for_url(f"**/quotes/{quote}")
    page.get_by_role("heading", level=1).wait_for()


@pytest.mark.browser
def test_dora_adds_a_rule_and_the_next_quote_is_judged_by_it(visit):
    sam = visit("sam")
    dora = visit("dora")
    page = begun(dora)
    page.get_by_role("button", name="Add a rule").click()
    rule = page.locator('[id="/triggers/9"]')
    rule.locator(".wrong").first.wait_for()
    rule.get_by_label("When of new_rule: look also at").select_option("amount")
    rule.get_by_role("button", name="Add to When of new_rule").click()
    place = "/triggers/9/when/amount"
    page.locator(f'[name="{place}:sign"]').select_option("least")
    value(page, place).fill("1000")
    rule.get_by_label("Name of the rule").fill("counter")
    rule.get_by_label("Reason people read").fill("checked_by_desk")
    rule.get_by_label("terms").check()
    rule.get_by_text("at least USD 1,000").wait_for()
    assert dora.violations() == []
    dora.shot("policies-new-rule")
    to(page, "Publish")
    page.get_by_text("Rule 'counter' is new").wait_for()
    page.get_by_label("Why it changes").fill("The desk sees every quote this month.")
    page.get_by_role("button", name="Publish the policy").click()
    page.get_by_text("Version 2026.3 is published").wait_for()

    sam.go("/quotes/Q-2026-0120")
    assert sam.page.get_by_text("checked by desk").count()


@pytest.mark.browser
def test_a_scenario_warns_before_the_policy_is_published(visit):
    dora = visit("dora")
    page = begun(dora)
    to(page, "Try it")
    row = page.get_by_role("row", name="Lakeshore Transit")
    row.get_by_role("button", name="Keep").click()
    page.get_by_text("is a scenario now").wait_for()
    to(page, "Rules")
    value(page, FLOOR).fill("15")
    to(page, "Try it")
    assert page.get_by_text("1 of 1 fails").is_visible()
    assert dora.violations() == []
    dora.shot("policies-scenario-fails")
    to(page, "Publish")
    page.get_by_label("Why it changes").fill("Try")
    page.get_by_role("button", name="Publish the policy").click()
    page.get_by_role("alert").get_by_text("Accept each finding").wait_for()
    page.get_by_label("Scenario Q-2026-0111").check()
    page.get_by_role("button", name="Publish the policy").click()
    page.get_by_text("Version 2026.3 is published").wait_for()
    assert page.get_by_text("Published although").is_visible()


@pytest.mark.browser
def test_two_people_edit_one_draft_and_both_changes_stand(visit):
    dora, ada = visit("dora"), visit("ada")
    page = begun(dora)
    other = ada.go(page.url)
    value(other, FLOOR).fill("22")
    other.get_by_role("button", name="Save the draft").click()
    other.get_by_text("The draft is saved.").wait_for()

    value(page, "/triggers/3/when/amount").fill("400000")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("heading", name="has saved this draft since").wait_for()
    assert page.get_by_text("margin is below 22 %").count()
    assert page.get_by_text("at least USD 400,000").count()
    assert dora.violations() == []
    assert not dora.overflows()
    dora.shot("policies-late")
    page.get_by_role("button", name="Save both together").click()
    page.get_by_text("The draft is saved.").wait_for()
    assert value(page, FLOOR).input_value() == "22"
    assert value(page, "/triggers/3/when/amount").input_value() == "400000"


@pytest.mark.browser
def test_an_analyst_reads_and_changes_nothing(visit):
    anton = visit("anton")
    page = first_version(anton)

    assert page.get_by_text("When region is not EMEA and margin is below 24 %").count()
    assert not page.get_by_role("button", name="Edit: make a draft of it").count()


@pytest.mark.browser
def test_everything_is_done_without_a_script(visit):
    dora = visit("dora", java_script_enabled=False)
    page = begun(dora)
    page.locator('[id="/triggers/0/when"]').get_by_text("Add a row").click()
    row = page.locator('[data-at="/triggers/0/when/2/margin_pct"]')
    value(page, "/triggers/0/when/2/margin_pct").fill("nothing")
    page.get_by_role("button", name="Save the draft").click()
    assert row.locator(".wrong").is_visible()
    assert page.get_by_text("You can save the draft as it is").is_visible()

    value(page, "/triggers/0/when/2/margin_pct").fill("12")
    to(page, "Steps")
    page.locator("details", has=page.locator('[id="/steps/legal"]')).locator(
        "summary"
    ).first.click()
    page.locator('[id="/steps/legal/slaHours"]').fill("40")
    to(page, "What changes")
    assert page.get_by_text("Working hours to answer was 48, and is now 40").count()


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_page_is_accessible_and_fits(visit, size, scheme):
    dora = visit("dora", size=size, color_scheme=scheme)
    name = f"{'phone' if size == PHONE else 'wide'}-{scheme}"
    page = first_version(dora)
    look(dora, f"policies-version-{name}")
    page.get_by_role("button", name="Edit: make a draft of it").click()
    address = page.url.replace("/form/rules", "")
    for part in ("rules", "ladders", "steps", "inputs", "terms"):
        dora.go(f"{address}/form/{part}")
        for folded in page.locator("details.fold > summary").all()[2:3]:
            folded.click()
        look(dora, f"policies-{part}-{name}")
    dora.go(f"{address}/trial")
    page.get_by_role("button", name="Keep").first.click()
    for part in ("changes", "trial", "publish"):
        dora.go(f"{address}/{part}")
        look(dora, f"policies-{part}-{name}")
    dora.go("/policies")
    look(dora, f"policies-list-{name}")


def look(visitor, name):
    visitor.shot(name)
    assert visitor.violations() == [], name
    assert not visitor.overflows(), name
