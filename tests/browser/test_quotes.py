"""
A submitter in a browser: he makes a quote, mends it, submits it, and revises it.
"""

import pytest

from tests.browser.site import PHONE, WIDE

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
    page.get_by_label("Customer").fill("Harbor Lights")
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
    return page.get_by_role("link", name="WF-").first


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
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
