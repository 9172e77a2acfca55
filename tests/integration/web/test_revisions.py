"""
Revisions on pages and over HTTP: what took the place of what, and what changed since.
"""

import pytest

from tests.integration.web.browser import text_of


@pytest.fixture
def revised(company):
    """
    Two workflows: maria approved the first one, and the margin sank in the second.
    """
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    return first, company.revised(first, margin_pct="20").workflow


def post(client, path, body, key="k-1"):
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def test_the_task_page_says_what_changed_since_my_last_approval(
    company, enter, revised
):
    task = company.task(revised[1], "manager").id
    page = text_of(enter("maria").get(f"/tasks/{task}"))

    assert "Since your last approval" in page
    assert "Margin 21.4 % → 20 % · worse" in page


def test_who_has_not_decided_before_sees_nothing_of_the_kind(company, enter, revised):
    task = company.task(revised[1], "finance").id

    assert "Since your last" not in text_of(enter("fred").get(f"/tasks/{task}"))


def test_both_workflows_lead_to_each_other(enter, revised):
    first, second = revised
    sam = enter("sam")

    assert f"{second} took its place" in text_of(sam.get(f"/workflows/{first}"))
    assert f"took the place of {first}" in text_of(sam.get(f"/workflows/{second}"))
    assert "Replaced by a revision" in text_of(sam.get(f"/workflows/{first}"))


def test_a_carried_approval_is_told_in_the_timeline(company, enter):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    second = company.revised(first, justification="typo").workflow
    page = text_of(enter("sam").get(f"/workflows/{second}"))

    assert f"Maria approved this in {first}, and it stands: unchanged" in page


def test_bounds_are_given_on_the_page(company, enter):
    workflow = company.started()
    enter("maria").act("T-1", "approve", within="margin_pct>=20")

    assert company.facts(workflow, "task_approved")[0]["within"] == "margin_pct>=20"


def test_the_interface_tells_what_changed_and_what_was_superseded(
    company, api, revised
):
    first, second = revised
    task = company.task(second, "manager").id
    maria = api("maria")
    since = maria.get(f"/api/v1/tasks/{task}").get_json()["since"]

    assert (since["decidedBy"], since["because"]) == ("maria", "worse")
    assert since["changes"][0]["course"] == "worse"
    body = maria.get(f"/api/v1/workflows/{second}").get_json()
    assert body["supersedes"] == first


def test_a_decision_on_a_superseded_task_is_a_conflict_that_says_so(
    company, api, revised
):
    task = company.task(revised[0], "finance").id
    answer = post(api("fred"), f"/api/v1/tasks/{task}/actions", {"action": "approve"})

    assert answer.status_code == 409
    assert "it is cancelled by 'sam'" in answer.get_json()["detail"]


def test_bounds_and_a_stale_revision_over_http(company, api):
    workflow = company.started()
    path = "/api/v1/tasks/T-1/actions"
    maria = api("maria")
    body = {"action": "approve", "within": "margin_pct>=20"}
    stale = post(maria, path, {**body, "revision": 2}, key="a")
    wrong = post(maria, path, {**body, "within": "colour<=1"}, key="b")
    right = post(maria, path, {**body, "revision": 1}, key="c")

    assert (stale.status_code, wrong.status_code) == (412, 422)
    assert right.status_code == 200
    assert company.facts(workflow, "task_approved")[0]["within"] == "margin_pct>=20"
