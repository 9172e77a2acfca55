"""
Nudge, reassign, replan and verify on the workflow page, each by who may.
"""

import pytest

from approval_engine.operations import intake
from tests.integration.executor.company import document, policy
from tests.integration.executor.office import staff
from tests.integration.web.browser import text_of


def send(browser, workflow, verb, **typed):
    """
    Fill the form on the page and send it.
    """
    path = f"/workflows/{workflow}/{verb}"
    page = f"{path}" if verb == "replan" else f"/workflows/{workflow}"
    fields = browser.fields(page, path)
    return browser.client.post(path, data={**fields, **typed})


@pytest.fixture
def workflow(company):
    return company.started()


def test_the_submitter_reminds_once_in_a_while(company, enter, workflow):
    sam = enter("sam")
    done = send(sam, workflow, "nudge")
    assert done.status_code == 303
    assert "nudged" in company.log(workflow)

    again = send(sam, workflow, "nudge")
    assert again.status_code == 409
    assert "it can be done again from" in text_of(again)
    assert ">Nudge<" not in enter("fred").get(f"/workflows/{workflow}").text
    assert enter("fred").force(f"/workflows/{workflow}/nudge").status_code == 403
    assert enter("leo").force(f"/workflows/{workflow}/nudge").status_code == 404


@pytest.mark.broken
def test_a_record_that_holds_says_so_and_one_that_was_altered_too(
    company, enter, workflow
):
    sam = enter("sam")
    page = text_of(sam.get(f"/workflows/{workflow}/verify"))
    assert "The record is as it was written: 4 events" in page

    with company.runtime.database.begin() as transaction:
        for trigger in ("update", "delete"):
            transaction.exec_driver_sql(
                f"DROP TRIGGER IF EXISTS workflow_event_no_{trigger}"
            )
        transaction.exec_driver_sql(
            "UPDATE workflow_event SET actor = 'eve' WHERE seq = 2"
        )
    page = sam.get(f"/workflows/{workflow}/verify")
    assert page.status_code == 200
    assert "The record was altered: event 2" in text_of(page)


class TestOffice:
    """
    A company with admins.
    """

    @pytest.fixture
    def company(self, company):
        return staff(company)

    def test_the_way_to_an_override_is_shown_to_who_may(self, company, enter):
        workflow = company.started()
        way = f'href="/admin/overrides/{workflow}"'
        assert way in enter("ada").get(f"/workflows/{workflow}").text
        assert way not in enter("dana").get(f"/workflows/{workflow}").text

    def test_an_admin_gives_a_task_away_and_others_do_not(self, company, enter):
        workflow = company.started()
        ada = enter("ada")
        task = company.task(workflow, "manager").id
        refused = send(ada, workflow, "reassign", task=task, to="sam")
        assert refused.status_code in {403, 409, 422}
        assert 'value="sam"' in refused.text
        assert company.task(workflow, "manager").assignee == "maria"

        done = send(ada, workflow, "reassign", task=task, to="mona", comment="away")
        assert done.status_code == 303
        assert company.task(workflow, "manager").assignee == "mona"
        path = f"/workflows/{workflow}/reassign"
        assert enter("fred").force(path, task=task, to="maria").status_code == 403
        assert company.is_sound()

    def test_nobody_else_replans(self, company, enter):
        workflow = company.started()
        for person in ("sam", "fred"):
            browser = enter(person)
            assert "replan" not in browser.get(f"/workflows/{workflow}").text
            assert browser.get(f"/workflows/{workflow}/replan").status_code == 403
            assert browser.force(f"/workflows/{workflow}/replan").status_code == 403
        assert company.case(workflow).status == "pending"

    @pytest.mark.parametrize("person", ["ada", "dana"])
    def test_a_replan_is_looked_at_before_it_is_done(
        self, company, enter, dump, person
    ):
        workflow = company.started()
        desk = enter(person)
        nothing = desk.get(f"/workflows/{workflow}/replan")
        assert nothing.status_code == 200
        assert "its process already" in text_of(nothing)
        assert desk.force(f"/workflows/{workflow}/replan").status_code == 409

        trigger = {**policy()["triggers"][0], "require": ["manager", "legal"]}
        newer = policy(version="2", triggers=[trigger, *policy()["triggers"][1:]])
        intake.publish_policy(company.runtime, document(newer), "dana")
        before = dump()
        page = text_of(desk.get(f"/workflows/{workflow}/replan"))
        assert "Stays asked: Manager" in page
        assert "Asked in addition: Legal" in page
        assert "Asked no more: Finance" in page
        assert dump() == before

        done = send(desk, workflow, "replan")
        assert done.status_code == 303
        assert company.case(workflow).status == "superseded"
        assert "took the place of" in text_of(desk.get(done.headers["Location"]))
