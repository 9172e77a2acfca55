"""
A workflow as an admin reads it: the diagram with its marks, the panel, the acts.
"""

import pytest
from playwright.sync_api import expect

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.submit import submit
from approval_engine.store import workflows
from tests.browser.site import PHONE, WIDE

DRAWN = "figure[data-drawn=yes]"


@pytest.fixture
def workflow(site):
    """
    A review of which one step is approved and the other one is late.
    """
    answer = submit(site.runtime, "Q-2026-0120", Caller(actor="sam", channel="web"))
    with site.runtime.database.read() as transaction:
        case, _ = workflows.read(transaction, answer.workflow)
    task = next(each for each in case.tasks if each.step == "manager")
    wish = Wish(workflow=answer.workflow, task=task.id, action=Action.APPROVE)
    act(site.runtime, wish, Caller(actor=task.assignee, channel="web"))
    with site.runtime.database.begin() as transaction:
        transaction.exec_driver_sql(
            "UPDATE approval_task SET due_at = '2026-01-05T09:00:00.000000Z'"
            " WHERE step = 'finance'"
        )
    return answer.workflow


def marked(page, element):
    return page.locator(f"{DRAWN} [data-element-id={element}]").first


def mark_of_bpmn_io_is_free(page):
    """
    What its licence demands: visible, and nothing above it.
    """
    logo = page.locator(f"{DRAWN} .bjs-powered-by")
    expect(logo).to_be_visible()
    logo.scroll_into_view_if_needed()
    box = logo.bounding_box()
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    hit = "document.elementFromPoint(x, y)"
    found = f"([x, y]) => Boolean({hit}.closest('.bjs-powered-by'))"
    return box["width"] > 20 and page.evaluate(found, middle)


@pytest.mark.broken
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_diagram_is_marked_and_explains_itself(visit, workflow, scheme):
    ada = visit("ada", color_scheme=scheme)
    page = ada.go(f"/workflows/{workflow}")
    expect(page.locator(DRAWN)).to_be_visible()
    ada.shot(f"workflow-{scheme}")

    for element, state in {
        "task_manager": "finished",
        "decided_manager": "finished",
        "task_finance": "overdue",
        "join_1": "active",
    }.items():
        expect(marked(page, element)).to_have_class(f"djs-element djs-shape is-{state}")
    assert "is-" not in marked(page, "approved").get_attribute("class")
    signs = page.locator(f"{DRAWN} .djs-overlay .sign").all_text_contents()
    assert {"✓", "▲", "◷"} <= set(signs)

    panel = page.locator(".panel")
    marked(page, "task_finance").locator(".djs-hit").first.click()
    expect(panel).to_contain_text("Finance approval")
    expect(panel).to_contain_text("Overdue")
    expect(panel).to_contain_text("Fred Albright")
    expect(panel).to_contain_text("Below floor")
    marked(page, "task_manager").focus()
    expect(panel).to_contain_text("Maria Lopez approved")
    assert mark_of_bpmn_io_is_free(page)
    assert ada.violations() == []
    assert not ada.overflows()

    panel.get_by_role("link", name="T-21").click()
    page.wait_for_url("**/tasks/T-21")


@pytest.mark.broken
@pytest.mark.browser
def test_on_a_phone_nothing_is_drawn_before_somebody_asks(visit, workflow):
    sam = visit("sam", size=PHONE)
    fetched = []
    sam.page.on("request", lambda request: fetched.append(request.url))
    page = sam.go(f"/workflows/{workflow}")
    page.get_by_role("button", name="Show the diagram").wait_for()
    assert not any("bpmn-navigated-viewer" in each for each in fetched)
    assert sam.violations() == []
    assert not sam.overflows()

    page.get_by_role("button", name="Show the diagram").click()
    expect(page.locator(DRAWN)).to_be_visible()
    assert mark_of_bpmn_io_is_free(page)
    sam.shot("workflow-phone")
    assert sam.violations() == []


@pytest.mark.broken
@pytest.mark.browser
def test_without_a_script_the_page_says_the_same(visit, workflow):
    ada = visit(size=WIDE, java_script_enabled=False)
    ada.log_in("ada")
    page = ada.go(f"/workflows/{workflow}")

    expect(page.locator(".canvas")).to_contain_text("The drawing needs JavaScript")
    page.get_by_text("Every element of the diagram, in words").click()
    items = page.locator("#elements > li")
    expect(items.filter(has_text="Finance approval").first).to_contain_text("Overdue")


@pytest.mark.broken
@pytest.mark.browser
def test_the_search_in_the_bar_leads_to_the_list_or_straight_to_the_thing(
    visit, workflow
):
    ada = visit("ada")
    page = ada.go("/")
    box = page.get_by_role("searchbox", name="Find a customer")
    box.fill("brightw")
    box.press("Enter")
    expect(page.get_by_role("row").filter(has_text=workflow)).to_be_visible()
    ada.shot("workflows")
    assert ada.violations() == []

    page.get_by_label("Late").check()
    page.get_by_role("button", name="Filter").click()
    assert "q=brightw" in page.url
    assert "late=1" in page.url
    expect(page.get_by_role("row").filter(has_text=workflow)).to_be_visible()

    box = page.get_by_role("searchbox", name="Find a customer")
    box.fill(workflow.lower())
    box.press("Enter")
    page.wait_for_url(f"**/workflows/{workflow}")
