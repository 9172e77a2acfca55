"""
The deal desk in a browser: the queue, one review, and the register of exceptions.
"""

import pytest

from tests.browser.site import LOOKS, PHONE, WIDE

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


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
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


def test_an_exception_is_granted_counts_and_is_ended(visit):
    dora, dana = visit("dora"), visit("dana")
    asked_for(dora)
    page = dana.go("/")
    page.get_by_role("link", name="Pinnacle Foods").first.click()
    page.get_by_text("Approve", exact=True).first.click()
    page.get_by_role("button", name="Confirm: approve").click()
    page.get_by_role("status").wait_for()

    page = dora.go("/desk/exceptions")
    page.get_by_role("table").get_by_text("Counts").wait_for()
    page.get_by_role("link", name="Pinnacle Foods").click()
    page.get_by_text("Granted by Dana Petrova").wait_for()
    page.get_by_text("End it", exact=True).click()
    page.get_by_label("Why").fill("The contract is over")
    is_fine(dora, "desk-wide-end")
    page.get_by_role("button", name="Confirm: end it").click()
    page.get_by_text("has ended; it counts for no quote any more").wait_for()


def test_the_filters_stay_in_the_address(visit):
    dora = visit("dora")
    page = dora.go("/desk")
    page.get_by_label("Sorted by").select_option("closing")
    page.get_by_label("Show", exact=True).select_option("late")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Atlas Grain").wait_for()

    assert "order=closing" in page.url
    assert page.get_by_label("Sorted by").input_value() == "closing"
    assert page.get_by_role("link", name="Redwood").count() == 0


def test_a_request_that_is_refused_keeps_what_was_typed(visit):
    dora = visit("dora", PHONE)
    page = dora.go("/desk/exceptions/new?account=Pinnacle+Foods&trigger=discount")
    page.get_by_label("Within").fill("discount_pct<=20")
    page.get_by_label("No last day").check()
    page.get_by_label("Any number").check()
    page.get_by_label("Why").fill("Frame contract")
    page.get_by_role("button", name="Ask for it").click()
    page.get_by_role("alert").wait_for()

    assert page.get_by_label("Within").input_value() == "discount_pct<=20"
    assert page.get_by_label("No last day").is_checked()
    is_fine(dora, "desk-phone-refused")
