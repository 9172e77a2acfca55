"""
A workflow of which something cannot be read: its own people hear of it, no others do.
"""

import sqlite3

import pytest

from approval_engine import worker
from approval_engine.executor.answer import Caller
from approval_engine.operations.incidents import close, mend
from tests.integration.web.browser import text_of
from tests.integration.web.offices import open_house

KEY = {"Idempotency-Key": "k"}
NOWHERE = "f" * 64
BREAKS = {
    "definition": f"workflow_instance SET definition_sha256 = '{NOWHERE}' WHERE id",
    "plan": f"workflow_instance SET plan_sha256 = '{NOWHERE}' WHERE id",
    "policy": f"workflow_instance SET policy_sha256 = '{NOWHERE}' WHERE id",
    "timers": "workflow_instance SET timers = '[1]' WHERE id",
    "created": "workflow_instance SET created_at = 'then' WHERE id",
    "due": "approval_task SET due_at = 'soon' WHERE workflow_id",
    "candidates": "approval_task SET candidates = '[' WHERE workflow_id",
}
"""What cannot be read, and the statement that makes it so."""

each_break = pytest.mark.parametrize("name", BREAKS)
some = pytest.mark.parametrize("name", ["definition", "timers"])


@pytest.fixture
def house(company):
    return open_house(company)


def broken(house, name):
    """
    A workflow that is broken like this, and its finance task.
    """
    workflow = house.started()
    task = house.task(workflow, "finance").id
    # No foreign keys: whoever breaks a database does not ask it.
    with sqlite3.connect(house.runtime.database.url.database) as connection:
        connection.execute(f"UPDATE {BREAKS[name]} = ?", (workflow,))
    return workflow, task


def approve(client, task):
    path = f"/api/v1/tasks/{task}/actions"
    return client.post(path, json={"action": "approve"}, headers=KEY)


def incidents(house):
    query = "SELECT workflow_id, closed_at IS NULL FROM incident"
    with house.runtime.database.read() as transaction:
        return transaction.exec_driver_sql(query).all()


@pytest.mark.broken
@each_break
def test_who_looks_changes_nothing_and_who_acts_holds_it(house, api, enter, dump, name):
    workflow, task = broken(house, name)
    fred, browser = api("fred"), enter("fred")
    before = dump()
    for path in (f"/api/v1/workflows/{workflow}", f"/api/v1/tasks/{task}"):
        answer = fred.get(path)
        assert (answer.status_code, answer.json["code"]) == (409, "quarantined")
    for path in (f"/workflows/{workflow}", f"/tasks/{task}"):
        page = browser.get(path)
        assert page.status_code == 409
        assert f"'{workflow}' is broken and must be repaired" in text_of(page)
    assert dump() == before

    for _ in range(2):
        answer = approve(fred, task)
        assert (answer.status_code, answer.json["code"]) == (409, "quarantined")
        assert f"'{workflow}' is held by incident 'IN-1'" in answer.json["detail"]
    assert incidents(house) == [(workflow, 1)]


@pytest.mark.broken
@each_break
def test_lists_show_the_others(house, api, enter, name):
    whole = house.started()
    workflow, _ = broken(house, name)
    fred = api("fred")

    for path in ("/api/v1/workflows", "/api/v1/tasks"):
        answer = fred.get(path)
        assert answer.status_code == 200
        assert whole in answer.text
    for person, path in (
        ("fred", "/"),
        ("fred", "/workflows"),
        ("ada", "/admin"),
        ("ada", "/admin/seats"),
        ("ada", "/desk"),
    ):
        assert enter(person).get(path).status_code == 200
    task = house.task(whole, "finance").id
    assert approve(fred, task).json["result"] == "applied"
    assert workflow != whole


@some
def test_it_is_made_again_from_its_log(house, enter, api, name):
    workflow, task = broken(house, name)
    approve(api("fred"), task)
    page = text_of(enter("ada").get("/admin/incidents/IN-1"))
    assert "It would write anew: " in page

    root = Caller(actor="root", channel="t")
    (would,) = mend(house.runtime, "IN-1", root, only_look=True)
    (done,) = mend(house.runtime, None, root, only_look=False)
    assert would == done
    assert done.fields
    close(house.runtime, "IN-1", "root")
    assert house.findings() == ()
    assert house.act(workflow, "finance", "approve", "fred").result == "applied"


@pytest.mark.broken
def test_a_held_workflow_is_refused_in_one_way_by_every_command(house, api, enter):
    workflow, task = broken(house, "definition")
    house.quote("Q-1", revision=2)
    sam, fred = api("sam"), api("fred")
    told = [
        sam.post(f"/api/v1/workflows/{workflow}/recall", json={"comment": "x"},
                 headers=KEY),
        sam.post("/api/v1/workflows", json={"quoteId": "Q-1"}, headers=KEY),
        approve(fred, task),
    ]  # fmt: skip

    assert [(each.status_code, each.json["code"]) for each in told] == [
        (409, "quarantined")
    ] * 3
    page = enter("fred").force(f"/tasks/{task}", action="approve", key="k")
    assert page.status_code == 409
    assert "This is held until it is repaired" in text_of(page)
    assert incidents(house) == [(workflow, 1)]


def test_a_revision_of_what_is_broken_holds_it_and_starts_nothing(house, api):
    workflow, _ = broken(house, "definition")
    house.quote("Q-1", revision=2)
    sam = api("sam")
    for _ in range(2):
        answer = sam.post("/api/v1/workflows", json={"quoteId": "Q-1"}, headers=KEY)
        assert (answer.status_code, answer.json["code"]) == (409, "quarantined")
    assert incidents(house) == [(workflow, 1)]

    root = Caller(actor="root", channel="t")
    assert list(mend(house.runtime, "IN-1", root, only_look=False))
    close(house.runtime, "IN-1", "root")
    answer = sam.post("/api/v1/workflows", json={"quoteId": "Q-1"}, headers=KEY)
    assert (answer.status_code, answer.json["status"]) == (201, "pending")


@pytest.mark.broken
@some
def test_the_clock_holds_it_and_moves_the_others(house, name):
    whole = house.started()
    workflow, _ = broken(house, name)
    house.wait(days=10)
    done = worker.once(house.runtime)

    assert (done.fired, done.held) == (1, (workflow,))
    assert worker.once(house.runtime) == worker.Round()
    assert "task_escalated" in house.log(whole)
