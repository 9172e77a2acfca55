"""
A scanner of mails with a browser of its own opens the link, and nothing is decided.
"""

from datetime import UTC, datetime

import pytest

from approval_engine.notifications import links
from approval_engine.store import workflows

WAITS = [
    pytest.param(500, id="a moment"),
    pytest.param(10_000, id="ten seconds", marks=pytest.mark.proof),
]


@pytest.fixture
def link(site):
    """
    The address in the mail that asks maria to approve, and her task.
    """
    with site.runtime.database.begin() as transaction:
        for workflow_id in tuple(workflows.ids(transaction)):
            workflow, _ = workflows.read(transaction, workflow_id)
            mine = [t for t in workflow.open_tasks if t.assignee == "maria"]
            if mine:
                now = datetime.now(UTC)
                whom = mine[0].id, "maria"
                token = links.issue(transaction, workflow, whom, now, "approve")
                return f"/m/{token}", workflow_id, mine[0].id
    pytest.fail("maria has nothing to decide in the demo")
    return None


def state(site, workflow_id, task_id):
    with site.runtime.database.read() as transaction:
        workflow, _ = workflows.read(transaction, workflow_id)
    return workflow.task(task_id).status, workflow.seq


@pytest.mark.browser
@pytest.mark.parametrize("wait_ms", WAITS)
@pytest.mark.parametrize("person", [None, "maria"], ids=["stranger", "signed in"])
def test_a_browser_that_loads_the_link_and_waits_decides_nothing(
    visit, site, link, person, wait_ms
):
    address, *about = link
    before = state(site, *about)
    scanner = visit(person)
    for _ in range(2):
        scanner.page.goto(address, wait_until="networkidle")
        # Some move the pointer over everything, and scroll to the end.
        scanner.page.mouse.move(200, 200)
        scanner.page.keyboard.press("End")
        scanner.page.wait_for_timeout(wait_ms)

    assert state(site, *about) == before


@pytest.mark.browser
def test_the_link_is_still_good_for_a_click(visit, site, link):
    address, *about = link
    maria = visit("maria")
    maria.page.goto(address, wait_until="networkidle")
    before = state(site, *about)
    maria.page.locator(".answers summary", has_text="Approve").first.click()
    maria.page.get_by_role("button", name="Confirm: approve").first.click()
    maria.page.wait_for_load_state("networkidle")

    assert state(site, *about) != before
