"""
What broke: why, what each way out would come to, and the way that was chosen.
"""

import pytest

from approval_engine.executor.commands.leave import replace_leaver
from tests.integration.executor.company import STEPS, document, policy
from tests.integration.executor.test_withdraw import ROOT
from tests.integration.web.browser import text_of
from tests.integration.web.offices import (
    ends_at,
    execute,
    form_on,
    intake,
    open_house,
    press,
    spoil,
)

PAGE = "/admin/incidents/IN-1"
REPAIR, CLOSE = f"{PAGE}/repair", f"{PAGE}/close"


@pytest.fixture
def house(company):
    return open_house(company)


def test_nothing_broke(house, enter):
    page = text_of(enter("ada").get("/admin/incidents"))

    assert "No workflow is held" in page
    closed = enter("ada").get("/admin/incidents?show=closed")
    assert "No incident was closed yet." in text_of(closed)


def test_rows_are_made_again_from_the_log_and_then_it_is_closed(house, enter):
    workflow = house.started()
    spoil(house, workflow)
    ada = enter("ada")
    assert "IN-1" in ada.get("/admin/incidents").text
    page = text_of(ada.get(PAGE))
    assert "It would write anew: state." in page
    assert f"cpq approval replay --workflow {workflow} --repair" in page
    assert "It would be refused until the rows are made again." in page
    refused = ada.force(CLOSE, key="k")
    assert refused.status_code == 409
    assert "does not replay" in text_of(refused)

    told = ends_at(ada, press(ada, PAGE, REPAIR))
    assert f"The rows of {workflow} are what its events say again: state." in told
    assert "It would let the workflow go on: it waits for Manager at Maria" in told
    told = ends_at(ada, press(ada, PAGE, CLOSE, note="A disk was full"))
    assert f"You closed IN-1; {workflow} goes on." in told
    assert "by Ada" in told
    assert "A disk was full" in told
    assert "A disk was full" in text_of(ada.get("/admin/incidents?show=closed"))
    assert house.act(workflow, "finance", "approve", "fred").result == "applied"
    assert house.log(workflow).count("repaired") == 1
    assert house.findings() == ()


def test_doing_it_again_says_that_it_was_done(house, enter):
    workflow = house.started()
    spoil(house, workflow)
    ada = enter("ada")
    press(ada, PAGE, REPAIR)
    assert "were right already" in ends_at(ada, ada.force(REPAIR, key="k"))
    press(ada, PAGE, CLOSE)
    assert "was closed before" in ends_at(ada, ada.force(CLOSE, key="k"))
    shut = ada.force(REPAIR, key="k")

    assert shut.status_code == 404
    assert "is closed; its workflow is not repaired" in text_of(shut)
    assert house.log(workflow).count("repaired") == 1


@pytest.mark.broken
def test_an_altered_log_is_not_repaired_and_not_closed(house, enter, dump):
    workflow = house.started()
    spoil(house, workflow)
    for name in triggers(house):
        execute(house, f"DROP TRIGGER {name}")
    execute(house, "UPDATE workflow_event SET actor = 'x' WHERE seq = 2")
    ada = enter("ada")
    page = text_of(ada.get(PAGE))
    assert "Event 2 of its log is changed or missing." in page
    assert "restore the database from a backup" in page
    assert "Confirm: repair" not in page
    before = dump()

    for target in (REPAIR, CLOSE):
        answer = ada.force(target, key="k")
        assert answer.status_code == 409
        assert text_of(answer).count("✕") == 1
    assert dump() == before


def triggers(company):
    query = (
        "SELECT name FROM sqlite_master"
        " WHERE type = 'trigger' AND tbl_name = 'workflow_event'"
    )
    with company.runtime.database.read() as transaction:
        return list(transaction.exec_driver_sql(query).scalars())


def test_a_workflow_whose_rows_are_right_only_waits_to_be_let_go(house, enter):
    workflow = house.started()
    spoil(house, workflow)
    ada = enter("ada")
    press(ada, PAGE, REPAIR)
    page = text_of(ada.get(PAGE))

    assert "Log and rows agree, so the cause lay outside" in page
    assert "It would change nothing: the rows are right." in page
    assert "Confirm: repair" not in page


def test_a_note_is_text_wherever_it_is_shown(house, enter):
    spoil(house, house.started())
    ada = enter("ada")
    press(ada, PAGE, REPAIR)
    press(ada, PAGE, CLOSE, note="<script>alert(1)</script>")
    for path in (PAGE, "/admin/incidents?show=closed"):
        assert "<script" not in ada.get(path).text
        assert "&lt;script&gt;" in ada.get(path).text


def quorum(company, count):
    """
    A review that three lawyers decide, where lena has left and nobody takes over.
    """
    legal = {**STEPS["legal"], "completion": {"quorum": count}}
    body = policy(steps={**STEPS, "legal": legal}, version=f"2.{count}")
    intake.publish_policy(company.runtime, document(body), "dana")
    workflow = company.started(margin_pct="30", clause=True)
    (task,) = (t for t in company.case(workflow).tasks if t.assignee == "lena")
    open_house(company, lena=None, dana=None)
    replace_leaver(company.runtime, "lena", ROOT)
    return workflow, task.id


def test_a_seat_that_nobody_is_left_for_is_taken_out_with_a_reason(house, enter):
    workflow, task = quorum(house, 2)
    ada = enter("ada")
    target = f"/admin/seats/{task}/withdraw"
    page = text_of(ada.get("/admin/seats"))
    assert task in page
    assert "Taking the seat out would close this task" in page
    assert f"approval withdraw-seat --workflow {workflow} --task {task}" in page
    assert press(ada, "/admin/seats", target, comment=" ").status_code == 422
    fields = form_on(ada, "/admin/seats", target)

    told = ends_at(ada, ada.client.post(target, data={**fields, "comment": "left"}))
    assert f"You took the seat of {task} out" in told
    assert "Somebody is there for every open task" in told
    assert (
        ada.client.post(target, data={**fields, "comment": "left"}).status_code == 404
    )
    assert house.log(workflow).count("seat_withdrawn") == 1
    assert house.findings() == ()


def test_a_seat_that_the_step_needs_is_not_offered_and_not_taken(house, enter):
    workflow, task = quorum(house, 3)
    ada = enter("ada")
    page = text_of(ada.get("/admin/seats"))
    assert "Taking the seat out would be refused." in page
    assert "Confirm: take it out" not in page
    answer = ada.force(f"/admin/seats/{task}/withdraw", comment="left", key="k")

    assert answer.status_code == 403
    assert "seat_withdrawn" not in house.log(workflow)
