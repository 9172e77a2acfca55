"""
An answer is changed by whoever gave it while all are waited for, and by nobody else.
"""

import pytest

from approval_engine.errors import Forbidden, InvalidState
from tests.integration.executor.company import STEPS
from tests.integration.executor.office import staff

VERDICTS = {"approve": "approved", "reject": "rejected", "return": "returned"}


@pytest.fixture
def patient(make_company):
    """
    Two of three lawyers must approve, and all of them are heard.
    """
    return make_company(steps=legal({"quorum": 2, "waitForAll": True}))


def legal(completion):
    return {**STEPS, "legal": {**STEPS["legal"], "completion": completion}}


def asked(company):
    workflow = company.started(margin_pct="30", clause=True)
    seats = {task.assignee: task.id for task in company.case(workflow).seats("legal")}

    def say(person, verdict, seat=None, **more):
        task = seats[seat or person]
        return company.act(workflow, "legal", verdict, person, task=task, **more)

    return workflow, seats, say


def test_an_answer_is_changed_while_all_are_waited_for(patient):
    workflow, seats, say = asked(patient)
    say("lara", "reject")
    say("leo", "reject")
    answer = say("lara", "approve")
    case = patient.case(workflow)

    assert (answer.result, answer.status) == ("applied", "pending")
    assert (case.tally("legal").approvals, case.tally("legal").rejections) == (1, 1)
    (first, _) = patient.facts(workflow, "task_rejected")
    (second,) = patient.facts(workflow, "task_approved")
    assert first["taskId"] == second["taskId"] == seats["lara"]
    assert second["changes"] == 6
    assert say("lara", "approve").result == "duplicate"
    assert say("lena", "approve").status == "approved"
    assert patient.is_sound()
    assert patient.findings() == ()


def test_an_answer_is_changed_as_often_as_he_likes_and_the_last_counts(patient):
    workflow, _, say = asked(patient)
    for verdict in ("approve", "return", "approve", "reject"):
        say("lara", verdict)
        assert patient.task(workflow, "legal").status == VERDICTS[verdict]
    say("leo", "approve")

    assert say("lena", "reject").status == "rejected"
    assert patient.is_sound()
    assert patient.findings() == ()


@pytest.mark.parametrize("completion", ["all_respond_any", {"quorum": 2}])
def test_an_answer_is_final_where_nobody_waits_for_all(make_company, completion):
    company = make_company(steps=legal(completion))
    workflow, _, say = asked(company)
    say("lara", "reject")
    before = company.case(workflow)

    with pytest.raises(InvalidState, match="it is rejected by 'lara' at 2026-03-02"):
        say("lara", "approve")
    assert company.case(workflow) == before


def test_an_answer_is_final_once_its_step_is_decided(make_company):
    steps = legal({"quorum": 2, "waitForAll": True})
    company = make_company(steps=steps)
    workflow = company.started(clause=True)
    for seat in company.case(workflow).seats("legal"):
        company.act(workflow, "legal", "approve", seat.assignee, task=seat.id)
    before = company.case(workflow)

    assert before.status == "pending"
    with pytest.raises(InvalidState, match="it is approved by 'lara' at 2026-03-02"):
        company.act(workflow, "legal", "reject", "lara")
    assert company.case(workflow) == before


def test_nobody_changes_the_answer_of_another(patient):
    workflow, _, say = asked(patient)
    say("lara", "reject")

    for person in ("leo", "sam", "maria"):
        with pytest.raises(InvalidState, match="it is rejected by 'lara'"):
            say(person, "approve", seat="lara")
    for action in ("claim", "release", "delegate", "reassign"):
        with pytest.raises(InvalidState, match="it is rejected by 'lara'"):
            say("lara", action, to="dora")
    assert patient.task(workflow, "legal").status == "rejected"


def test_who_must_not_decide_any_more_changes_nothing(patient):
    workflow, _, say = asked(patient)
    say("lara", "reject")
    staff(patient, lara=None)

    with pytest.raises(Forbidden, match="'lara' is no longer active"):
        say("lara", "approve")
    assert patient.task(workflow, "legal").status == "rejected"


def test_an_answer_is_final_once_its_workflow_has_ended(patient):
    workflow, _, say = asked(patient)
    say("lara", "reject")
    patient.recall(workflow)

    with pytest.raises(InvalidState, match="it is rejected by 'lara'"):
        say("lara", "approve")
    assert patient.findings() == ()


def test_a_yes_instead_of_a_no_is_to_the_newest_revision(patient):
    _, _, say = asked(patient)
    say("lara", "reject")
    say("leo", "approve")
    patient.quote("Q-1", revision=2, margin_pct="20", clause=True)

    with pytest.raises(InvalidState, match="something else in revision 2"):
        say("lara", "approve")
    assert say("leo", "reject").status == "pending"
    assert patient.findings() == ()


def test_the_last_answer_of_a_revision_is_the_one_that_is_carried(patient):
    workflow, _, say = asked(patient)
    say("lara", "reject")
    say("lara", "approve")
    say("leo", "approve")
    say("leo", "reject")
    after = patient.revised(workflow, margin_pct="30", clause=True, note="x").workflow
    found = {t.assignee: str(t.status) for t in patient.case(after).seats("legal")}

    assert found == {"lara": "approved", "leo": "open", "lena": "open"}
    assert patient.findings() == ()
