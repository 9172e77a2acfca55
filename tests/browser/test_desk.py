"""
The deal desk in a browser: the queue, one review, and the register of exceptions.
"""

import pytest

from tests.browser.site import PHONE, WIDE

pytestmark = pytest.mark.browser


def is_fine(visitor, name):
    visitor.shot(name)
    assert visitor.violations() == []
    assert not visitor.overflows()


def asked_for(visitor):
    """
    A request for an exception, by its form; the page of the exception.
    """
    page = visitor.go("/desk/exceptions/new?account=Pinnacle+Foods&trigger=discount")
    page.get_by_label("Within").fill("discount_pct<=20,amount<=100000,region=AMER")
    page.get_by_label("Last day", exact=True).fill("2026-12-31")
    page.get_by_label("For how many quotes").fill("2")
    page.get_by_label("Why").fill("Frame contract")
    page.get_by_role("button", name="Ask for it").click()
    page.get_by_text("is asked for; it counts once it is granted.").wait_for()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_desk_works_on_any_screen(visit, size, scheme):
    dora = visit("dora", size, color_scheme=scheme)
    look = f"desk-{'wide' if size == WIDE else 'phone'}-{scheme}"
    page = dora.go("/desk")
    is_fine(dora, f"{look}-queue")
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("link", name="Open the task").first.wait_for()
    is_fine(dora, f"{look}-review")
    dora.go("/desk/exceptions")
    is_fine(dora, f"{look}-none")
    dora.go("/desk/exceptions/new")
    is_fine(dora, f"{look}-ask")
    asked_for(dora)
    is_fine(dora, f"{look}-exception")
    dora.go("/desk/exceptions")
    is_fine(dora, f"{look}-register")
