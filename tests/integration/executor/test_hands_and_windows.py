"""
Reassigned tasks and leavers beside windows and links in mails.
"""

from datetime import timedelta

import pytest

from approval_engine import worker
from approval_engine.domain.actions import Action
from approval_engine.errors import Forbidden
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.leave import replace_leaver
from approval_engine.operations import intake
from tests.integration.executor.office import staff


def lend(company, principal, delegate, hours=48):
    window = (company.now, company.now + timedelta(hours=hours))
    intake.add_delegation(company.runtime, (principal, delegate), window, None)


def seat(company, workflow, step="manager"):
    task = company.task(workflow, step)
    return task.assignee, task.principal, task.windows, str(task.status)


def leave(company, *people):
    staff(company, **dict.fromkeys(people))
    caller = Caller(actor="root", channel="cli:root")
    found = (replace_leaver(company.runtime, person, caller) for person in people)
    return [(each.way, each.people) for lines in found for each in lines]


def test_a_reassigned_task_is_no_window_s_and_stays_when_that_closes(company):
    staff(company)
    lend(company, "maria", "mona", hours=2)
    workflow = company.started()
    assert seat(company, workflow)[0] == "mona"
    company.act(workflow, "manager", "reassign", "ada", to="dora")
    assert seat(company, workflow) == ("dora", None, (), "open")

    company.wait(hours=3)
    worker.once(company.runtime)
    assert seat(company, workflow) == ("dora", None, (), "open")
    with pytest.raises(Forbidden, match="it is with 'dora', not with 'mona'"):
        company.act(workflow, "manager", "approve", "mona")
    assert company.act(workflow, "manager", "approve", "dora").result == "applied"
    assert company.findings() == ()


def test_a_reassigned_task_follows_a_window_of_its_new_owner_and_comes_back(company):
    staff(company)
    workflow = company.started()
    company.act(workflow, "manager", "reassign", "ada", to="mona")
    lend(company, "mona", "maria", hours=2)
    worker.once(company.runtime)
    assert seat(company, workflow)[:2] == ("maria", "mona")

    company.wait(hours=3)
    worker.once(company.runtime)
    assert seat(company, workflow)[:2] == ("mona", None)
    assert company.findings() == ()


def test_a_stand_in_who_leaves_does_not_bring_the_task_to_who_is_away(company):
    lend(company, "maria", "mona", hours=2)
    workflow = staff(company).started()
    assert seat(company, workflow)[0] == "mona"
    assert leave(company, "mona") == [("next_authority", ("dora", "dirk"))]

    assert company.log(workflow)[-1] == "task_escalated"
    assert company.act(workflow, "manager", "approve", "dora").result == "applied"
    assert company.findings() == ()


def test_a_principal_who_leaves_keeps_his_work_with_his_stand_in(company):
    lend(company, "maria", "mona", hours=2)
    workflow = staff(company).started()
    assert leave(company, "maria") == []
    assert seat(company, workflow)[:2] == ("mona", "maria")

    company.wait(hours=3)
    worker.once(company.runtime)
    owner = seat(company, workflow)[0]
    assert owner != "maria"
    assert company.case(workflow).status == "pending"
    assert company.findings() == ()


def test_an_added_approver_who_leaves_is_replaced_and_his_seat_stays_added(company):
    workflow = staff(company).started()
    company.act(workflow, "finance", "add-approver", "fred", to="lara")
    ((_, people),) = leave(company, "lara")
    (added,) = [task for task in company.case(workflow).tasks if task.ad_hoc]

    assert (added.assignee,) == people
    company.act(workflow, "manager", "approve", "maria")
    other = next(p for p in ("fred", "fiona") if p != added.assignee)
    assert company.act(workflow, "finance", "approve", other).status == "pending"
    answer = company.act(workflow, "finance", "approve", added.assignee, task=added.id)
    assert answer.status == "approved"
    assert company.findings() == ()


def test_whoever_was_to_come_after_and_left_is_not_waited_for_in_silence(company):
    workflow = staff(company).started()
    company.act(workflow, "manager", "approve", "maria")
    task = company.task(workflow, "finance")
    wish = Wish(
        workflow=workflow,
        task=task.id,
        action=Action.ADD_APPROVER,
        to="lara",
        after=True,
    )
    act(company.runtime, wish, Caller(actor="fred", channel="t"))
    leave(company, "lara")
    company.act(workflow, "finance", "approve", "fred")
    (added,) = [task for task in company.case(workflow).tasks if task.ad_hoc]

    assert company.case(workflow).status == "pending"
    assert added.assignee == "lara"
    company.act(workflow, "finance", "reassign", "ada", to="leo", task=added.id)
    answer = company.act(workflow, "finance", "approve", "leo", task=added.id)
    assert answer.status == "approved"
    assert company.findings() == ()
