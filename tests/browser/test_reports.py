"""
The reports in a browser: the drawing is hot where the table says so, and all is named.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.site import LOOKS
from tests.browser.test_workflow import DRAWN, mark_of_bpmn_io_is_free, marked

PAGES = ["", "/work", "/bottlenecks", "/tasks?state=late", "/forecast", "/controls"]


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), [each.values for each in LOOKS[:2]])
def test_each_report_can_be_read_by_everybody(visit, size, scheme):
    ada = visit("ada", size=size, color_scheme=scheme)
    for path in PAGES:
        page = ada.go(f"/reports{path}")
        expect(page.locator("h1")).to_be_visible()
        assert ada.violations() == [], path
        assert not ada.overflows(), path
        name = path.strip("/").partition("?")[0] or "now"
        ada.shot(f"report-{name}-{scheme}")
    assert ada.complaints == []


@pytest.mark.browser
def test_the_drawing_is_as_hot_as_the_table_says(visit):
    ada = visit("ada")
    page = ada.go("/reports/bottlenecks?show=count")
    expect(page.locator(DRAWN)).to_be_visible()
    rows = page.locator("#heats tr[data-element]")
    shown = 0
    for row in rows.all():
        element, state = (
            row.get_attribute("data-element"),
            row.get_attribute("data-state"),
        )
        drawn = page.locator(f"{DRAWN} [data-element-id={element}]")
        if drawn.count():
            shown += 1
            expect(marked(page, element)).to_contain_class(f"is-{state}")
    assert shown >= 2
    badges = page.locator(f"{DRAWN} .djs-overlay .sign")
    expect(badges).to_have_count(shown)
    assert mark_of_bpmn_io_is_free(page)
    assert ada.complaints == []


@pytest.mark.browser
def test_a_figure_leads_to_its_tasks_and_they_to_a_sheet(visit):
    ada = visit("ada")
    page = ada.go("/reports/work")
    figure = page.locator("tbody tr td[data-label=Tasks] a").first
    number = figure.inner_text()
    figure.click()
    expect(page.locator("h1")).to_have_text(f"{number} tasks")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download as CSV").click()
    sheet = saved.value.path().read_text(encoding="utf-8-sig")
    assert len(sheet.splitlines()) == int(number) + 1
    assert ada.complaints == []
