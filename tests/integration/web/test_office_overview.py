"""
What needs an admin now, the workers, and the approvals that end.
"""

import pytest

from tests.integration.executor.company import document, policy
from tests.integration.web.browser import text_of
from tests.integration.web.offices import (
    execute,
    intake,
    kill_messages,
    open_house,
    spoil,
)


@pytest.fixture
def house(company):
    return open_house(company)


def test_a_quiet_house_says_so(house, enter):
    page = text_of(enter("ada").get("/admin"))

    assert "No workflow is held." in page
    assert "Workers at work" in page
    assert "Start one: cpq worker" in page


@pytest.mark.broken
def test_each_trouble_has_a_number_and_leads_to_its_list(house, enter):
    spoil(house, house.started())
    house.started()
    kill_messages(house)
    house.wait(days=10)
    answer = enter("ada").get("/admin")
    page = text_of(answer)

    assert "1 ▲ Open incidents · since" in page
    assert "Messages given up" in page
    assert "1 ▲ Overdue timers" in page
    assert "They are due, and no worker is there." in page
    for link in ("/admin/incidents", "/admin/outbox?status=dead", "/admin/workers"):
        assert f'href="{link}"' in answer.text
    assert "1 workflow has an overdue timer" in text_of(
        enter("ada").get("/admin/workers")
    )


def test_a_worker_that_lives_is_told_from_one_that_fell_silent(house, enter):
    ada = enter("ada")
    assert "No worker was seen." in text_of(ada.get("/admin/workers"))
    execute(
        house,
        "INSERT INTO worker (id, host, pid, version, started_at, seen_at) VALUES"
        " ('W-1', 'here', 7, '1.0', '2026-03-02T08:00:00.000000Z',"
        " '2026-03-02T08:59:50.000000Z')",
    )
    page = text_of(ada.get("/admin/workers"))
    assert "✓ At work" in page
    assert "1 worker is at work." in text_of(ada.get("/admin"))
    house.wait(minutes=5)

    assert "▲ Silent" in text_of(ada.get("/admin/workers"))


def test_an_approval_that_ends_is_told_before(house, enter):
    body = document(policy(version="2", approvalValidDays=20))
    intake.publish_policy(house.runtime, body, "dana")
    workflow = house.started(margin_pct="30")
    ada = enter("ada")
    assert "No approval ends within a week." in text_of(ada.get("/admin"))
    assert workflow not in ada.get("/admin/ending?days=7").text
    assert workflow in ada.get("/admin/ending?days=30").text
    house.wait(days=15)
    ada = enter("ada")

    assert "1 ◆ Approvals that end within a week" in text_of(ada.get("/admin"))
    assert workflow in ada.get("/admin/ending").text
