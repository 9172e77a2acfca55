"""
The documentation of the HTTP interface, as people read it.
"""

import pytest

from tests.browser.site import LOOKS, SHOTS, WIDE


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_documentation_is_accessible(visit, scheme, size):
    reader = visit(size=size, color_scheme=scheme)
    page = reader.go("/api/docs")
    assert page.get_by_role("heading", level=1).inner_text() == "HTTP interface"
    assert reader.violations() == []
    assert not reader.overflows()

    act = page.locator("section", has=page.locator("#actOnTask"))
    act.get_by_text("Every answer").click()
    assert act.get_by_text("already-decided").is_visible()
    assert reader.violations() == []
    assert not reader.overflows()
    reader.page.locator("#actOnTask").scroll_into_view_if_needed()
    width = "wide" if size is WIDE else "phone"
    # The whole page is longer than a picture can be.
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"api-docs-{width}-{scheme}.png")


@pytest.mark.browser
def test_a_link_of_the_contents_leads_to_its_operation(visit):
    page = visit("maria").go("/api/docs")
    page.get_by_role("navigation", name="On this page").get_by_role(
        "link", name="Find tasks"
    ).click()

    assert page.url.endswith("#listTasks")
    assert page.locator("#listTasks").is_visible()
