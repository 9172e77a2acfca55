"""
Act: one decision, its consequences, its duplicates and its refusals.
"""

import pytest

from approval_engine.errors import Conflict, Forbidden, InvalidState, NotFound
from approval_engine.history.reading import timeline
from tests.integration.executor.company import STEPS


def test_both_approvals_end_it(company):
    workflow = company.started()

    assert company.act(workflow, "manager", "approve", "maria").status == "pending"
    assert company.act(workflow, "finance", "approve", "fiona").status == "approved"
    case = company.case(workflow)
    assert (case.open_tasks, case.timers, case.next_due_at) == ((), (), None)
    assert company.log(workflow)[-1] == "workflow_approved"
    assert company.is_sound()


@pytest.mark.parametrize(
    ("verdict", "status"), [("reject", "rejected"), ("return", "returned")]
)
def test_one_no_ends_it_and_the_others_are_no_longer_required(company, verdict, status):
    workflow = company.started(clause=True)
    answer = company.act(workflow, "finance", verdict, "fred")
    left = {t.step: t.status for t in company.case(workflow).tasks}

    assert answer.status == status
    assert left == {
        "manager": "not_required",
        "finance": status,
        "legal": "not_required",
    }
    with pytest.raises(InvalidState, match="it is not required by 'fred'"):
        company.act(workflow, "manager", "approve", "maria")
    assert company.is_sound()


def test_a_quorum_of_two_needs_two_people_and_dispenses_with_the_third(company):
    workflow = company.started(margin_pct="30", clause=True)
    seats = {t.assignee: t.id for t in company.case(workflow).seats("legal")}

    company.act(workflow, "legal", "approve", "lara", task=seats["lara"])
    with pytest.raises(Forbidden, match="it is with 'leo', not with 'lara'"):
        company.act(workflow, "legal", "approve", "lara", task=seats["leo"])
    answer = company.act(workflow, "legal", "approve", "leo", task=seats["leo"])

    assert answer.status == "approved"
    assert company.case(workflow).task(seats["lena"]).status == "not_required"
    assert company.is_sound()


def test_a_quorum_that_can_no_longer_be_reached_rejects(company):
    workflow = company.started(margin_pct="30", clause=True)
    seats = {t.assignee: t.id for t in company.case(workflow).seats("legal")}

    first = company.act(workflow, "legal", "reject", "lara", task=seats["lara"])
    second = company.act(workflow, "legal", "reject", "leo", task=seats["leo"])
    assert (first.status, second.status) == ("pending", "rejected")


def test_the_same_decision_again_changes_nothing(company):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")
    before = company.case(workflow)
    again = company.act(workflow, "finance", "approve", "fred")

    assert (again.result, again.status) == ("duplicate", "pending")
    assert company.case(workflow) == before


def test_another_decision_on_a_decided_task_is_refused(company):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")

    for actor, action in (("fred", "reject"), ("fiona", "approve")):
        with pytest.raises(InvalidState, match="it is approved by 'fred'"):
            company.act(workflow, "finance", action, actor)


def test_a_key_replays_its_answer_even_after_the_world_went_on(company):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred", key="k")
    company.act(workflow, "manager", "approve", "maria")
    again = company.act(workflow, "finance", "approve", "fred", key="k")

    assert again.replayed
    assert (again.result, again.status) == ("applied", "pending")
    with pytest.raises(Conflict):
        company.act(workflow, "finance", "reject", "fred", key="k")


def test_a_claim_keeps_others_out_until_it_is_released(company):
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")

    with pytest.raises(Forbidden, match="it is with 'fred'"):
        company.act(workflow, "finance", "approve", "fiona")
    company.act(workflow, "finance", "release", "fred")
    assert company.act(workflow, "finance", "approve", "fiona").result == "applied"
    assert company.is_sound()


def test_a_stand_in_decides_and_the_record_names_both(company):
    workflow = company.started()
    company.act(workflow, "finance", "delegate", "fred", to="dirk")
    assert company.task(workflow, "finance").status == "delegated"

    with pytest.raises(Forbidden):
        company.act(workflow, "finance", "approve", "fiona")
    company.act(workflow, "finance", "approve", "dirk")
    (event,) = [
        entry.event
        for entry in timeline(company.runtime.database, workflow)
        if entry.event.action == "task_approved"
    ]
    assert (event.actor, event.on_behalf_of) == ("dirk", "fred")
    assert company.is_sound()


def test_two_seats_of_a_step_never_reach_one_person(make_company):
    legal = {**STEPS["legal"], "escalateTo": [{"role": "director"}]}
    company = make_company(steps={**STEPS, "legal": legal})
    workflow = company.started(margin_pct="30", clause=True)
    seats = {t.assignee: t.id for t in company.case(workflow).seats("legal")}

    with pytest.raises(Forbidden, match="'leo' has a seat of this step already"):
        company.act(workflow, "legal", "delegate", "lara", to="leo")
    company.act(workflow, "legal", "delegate", "lara", to="dirk", task=seats["lara"])
    for to in ("dirk", "lara"):
        with pytest.raises(Forbidden, match=f"'{to}' has a seat of this step already"):
            company.act(workflow, "legal", "delegate", "leo", to=to, task=seats["leo"])


def test_nothing_is_delegated_to_the_submitter(company):
    workflow = company.started()
    before = company.case(workflow)

    with pytest.raises(Forbidden, match="'sam' must not decide"):
        company.act(workflow, "finance", "delegate", "fred", to="sam")
    assert company.case(workflow) == before


def test_a_comment_is_kept_apart_from_the_event_that_proves_it(company):
    workflow = company.started()
    company.act(workflow, "finance", "comment", "fred", comment="what of the margin?")
    entry = timeline(company.runtime.database, workflow)[-1]

    assert entry.text == "what of the margin?"
    assert "margin" not in entry.event.data
    assert company.case(workflow).status == "pending"
    assert company.is_sound()


def test_what_does_not_exist_is_not_found(company):
    workflow = company.started()

    with pytest.raises(NotFound, match="no workflow 'WF-404'"):
        company.act_on_nothing("WF-404")
    with pytest.raises(NotFound, match=f"no task 'T-404' in workflow '{workflow}'"):
        company.act(workflow, "finance", "approve", "fred", task="T-404")
