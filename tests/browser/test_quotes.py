"""
A submitter in a browser: he makes a quote, mends it, submits it, and revises it.
"""

import json
import re
from importlib import resources

import pytest

from approval_engine.documents import parse
from approval_engine.operations import intake
from tests.browser.site import LOOKS, PHONE, WIDE

pytestmark = pytest.mark.browser

LINES = [
    ("Edge Router R2", "HW", "6", "4200", "3822", "3050"),
    ("Onboarding Day", "SRV", "4", "1600", "1520", "1150"),
]
NAMES = ("product", "family", "quantity", "list_price", "net_price", "cost")
TERMS = {"margin_pct": "23.5", "term_months": "24", "payment_days": "30"}


def fill(page, **changes):
    """
    The form of a new quote with two lines, all that the demo's policy asks for in it.
    """
    page.get_by_label("Customer (account)").fill("Harbor Lights")
    for number, line in enumerate(LINES):
        for name, text in zip(NAMES, line, strict=True):
            page.locator(f"#lines-{number}-{name}").fill(text)
    for name, text in {**TERMS, **changes}.items():
        page.locator(f"#in-{name}").fill(text)
    for name, value in {
        "screening": "clear",
        "region": "AMER",
        "segment": "ENT",
    }.items():
        page.locator(f"#in-{name}").select_option(value)


def made(visitor, **changes):
    """
    The address of a new quote.
    """
    page = visitor.go("/quotes/new")
    fill(page, **changes)
    page.get_by_role("button", name="Save the quote").click()
    page.get_by_text("is stored. Nobody was asked yet.").wait_for()
    return page


def is_fine(visitor, name):
    visitor.shot(name)
    assert visitor.violations() == []
    assert not visitor.overflows()


def submitted(page):
    page.get_by_text("Submit for approval").click()
    page.get_by_role("button", name="Confirm: submit").click()
    page.get_by_text("is under review as").wait_for()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_a_quote_is_made_and_submitted_on_any_screen(visit, size, scheme):
    sofia = visit("sofia", size, color_scheme=scheme)
    look = f"quotes-{'wide' if size == WIDE else 'phone'}-{scheme}"
    sofia.go("/quotes")
    is_fine(sofia, f"{look}-list")
    sofia.go("/quotes/new")
    is_fine(sofia, f"{look}-new")
    page = made(sofia)
    is_fine(sofia, f"{look}-draft")

    submitted(page)
    assert page.locator("h1").inner_text().startswith("Harbor Lights · USD 29,012")


@pytest.fixture
def demanding(site):
    """
    The policy of the demo, whose margin rule wants a justification and a redline.
    """
    data = resources.files("approval_engine.scenarios") / "data"
    value = json.loads((data / "approval_matrix.json").read_text(encoding="utf-8"))
    value["version"] = "2026.9"
    margin = next(each for each in value["triggers"] if each["id"] == "margin")
    margin["needs"] = ["justification", "attachment:redline"]
    document = parse(json.dumps(value).encode(), "policy.json")
    intake.publish_policy(site.runtime, document, "dora")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_everything_that_is_missing_is_said_at_once_and_can_be_added(
    visit, demanding, size
):
    sofia = visit("sofia", size)
    look = f"quotes-{'wide' if size == WIDE else 'phone'}"
    page = made(sofia)
    page.get_by_role("button", name="Try to submit").click()
    lacks = page.get_by_role("region", name="What is missing")
    assert lacks.get_by_role("listitem").count() == 2
    is_fine(sofia, f"{look}-lacks")

    page.locator("#justification").fill("Frame contract for three years.")
    file = {"name": "redline.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.locator("#files").set_input_files(file)
    page.get_by_role("button", name="Save as revision 2").click()
    page.get_by_text("Revision 2 is stored.").wait_for()
    assert lacks.count() == 0
    assert page.get_by_text("due ").count() >= 2
    is_fine(sofia, f"{look}-ready")


def test_what_is_wrong_in_a_form_stands_beside_its_fields(visit):
    sofia = visit("sofia")
    page = sofia.go("/quotes/new")
    fill(page, margin_pct="much")
    page.get_by_label("Customer (account)").fill("")
    page.locator("#lines-0-quantity").fill("many")
    page.get_by_role("button", name="Save the quote").click()
    page.get_by_role("alert").wait_for()

    assert page.locator("#in-margin_pct").input_value() == "much"
    assert page.locator("[aria-invalid]").count() == 3
    is_fine(sofia, "quotes-wide-wrong")


def test_lines_are_added_without_asking_the_server(visit):
    sofia = visit("sofia")
    page = sofia.go("/quotes/new")
    page.locator("#in-margin_pct").fill("23")
    page.get_by_role("button", name="Add lines").click()

    assert page.locator("#lines tr").count() == 6
    assert page.locator("#in-margin_pct").input_value() == "23"
    assert page.get_by_label("Product, line 6").is_visible()
    assert sofia.violations() == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_quote_is_nudged_recalled_revised_and_copied(visit, size):
    sofia = visit("sofia", size)
    look = f"quotes-{'wide' if size == WIDE else 'phone'}"
    page = made(sofia)
    address = page.url
    submitted(page)
    sofia.go(address)
    is_fine(sofia, f"{look}-pending")
    page.get_by_text("Nudge", exact=True).click()
    page.get_by_role("button", name="Confirm: nudge").click()
    page.get_by_role("status").get_by_text("is reminded").wait_for()
    page.get_by_text("Recall", exact=True).click()
    page.get_by_label("Why").fill("Not now")
    page.get_by_role("button", name="Confirm: recall").click()
    page.get_by_text("nobody is asked any more").wait_for()

    page.get_by_role("link", name="Revise").click()
    page.locator("#in-margin_pct").fill("23.9")
    is_fine(sofia, f"{look}-revise")
    page.get_by_role("button", name="Save as revision 2").click()
    page.get_by_text("Revision 2 is stored.").wait_for()
    is_fine(sofia, f"{look}-revised")
    page.get_by_role("link", name="Copy").click()
    page.get_by_role("button", name="Save the quote").click()
    page.get_by_text("is stored. Nobody was asked yet.").wait_for()
    assert page.url != address


def test_after_a_rejection_the_page_says_how_to_go_on(visit):
    sofia, maria = visit("sofia"), visit("maria")
    page = made(sofia)
    address = page.url
    submitted(page)
    asked = maria.go("/")
    asked.get_by_role("link", name="Harbor Lights").first.click()
    asked.get_by_text("Reject", exact=True).click()
    asked.get_by_label("Comment").locator("visible=true").first.fill("Too low")
    asked.get_by_role("button", name=re.compile("Confirm: reject")).click()
    asked.get_by_role("status").wait_for()

    page = sofia.go(address)
    page.get_by_text("or begin anew with a copy").wait_for()
    is_fine(sofia, "quotes-wide-rejected")
