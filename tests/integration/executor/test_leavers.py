"""
Approver leaves the company: others are asked, and that he left decides nothing.
"""

from datetime import timedelta

import pytest

from approval_engine.errors import Forbidden
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.leave import replace_leaver
from approval_engine.executor.commands.reassign import Handover, reassign_all
from approval_engine.executor.commands.tick import tick
from approval_engine.history.reading import timeline
from approval_engine.operations.intake import add_delegation
from approval_engine.operations.invariants.table import check_all
from tests.integration.executor.office import data, staff, told

CALLER = Caller(actor="root", channel="cli:root")


def leave(company, *people, **changes):
    staff(company, **dict.fromkeys(people), **changes)
    return [
        (each.way, each.people)
        for person in people
        for each in replace_leaver(company.runtime, person, CALLER)
    ]


def is_whole(company):
    return company.is_sound() and check_all(company.runtime).findings == ()


def test_a_task_of_an_approver_who_leaves_goes_to_his_colleagues(company):
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")

    assert leave(company, "fred") == [("colleague", ("fiona",))]
    assert company.task(workflow, "finance").assignee == "fiona"
    event = timeline(company.runtime.database, workflow)[-1].event
    assert (event.actor, data(event)["because"]) == ("root", "'fred' left: colleague")
    assert told(company, workflow, "reassigned") == ["fiona"]
    assert company.act(workflow, "finance", "approve", "fiona").result == "applied"
    assert is_whole(company)


def test_the_task_of_a_manager_goes_to_the_new_manager_of_the_submitter(company):
    workflow = company.started()

    gone = leave(company, "maria", sam={"manager": "dirk"})
    assert gone == [("manager", ("dirk",))]
    task = company.task(workflow, "manager")
    assert (task.assignee, task.role) == ("dirk", "manager")
    assert told(company, workflow, "reassigned") == ["dirk"]
    assert company.act(workflow, "manager", "approve", "dirk").result == "applied"
    assert is_whole(company)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"sam": {"manager": None}},
        {"sam": {"manager": "olga"}, "olga": {"active": False}},
    ],
    ids=["the leaver still", "nobody", "somebody who left too"],
)
def test_without_a_new_manager_it_goes_to_the_role(company, line):
    workflow = company.started()

    assert leave(company, "maria", **line) == [("colleague", ("mona",))]
    assert company.task(workflow, "manager").assignee == "mona"
    assert is_whole(company)


def test_a_new_manager_who_must_not_decide_is_passed_over(company):
    workflow = company.submit(company.quote("Q-9", owner="dirk")).workflow

    gone = leave(company, "maria", sam={"manager": "dirk"})
    assert gone == [("colleague", ("mona",))]
    assert company.case(workflow).task("T-1").assignee == "mona"


def test_an_escalated_task_does_not_go_back_to_a_manager(company):
    workflow = company.started()
    company.wait(days=5)
    tick(company.runtime, workflow)
    company.act(workflow, "manager", "claim", "dora")

    gone = leave(company, "dora", sam={"manager": "mona"})
    assert gone == [("colleague", ("dirk",))]
    assert company.task(workflow, "manager").role == "director"


def test_a_pool_in_which_somebody_is_left_stays_as_it_is(company):
    workflow = company.started()
    before = company.case(workflow)

    assert leave(company, "fred") == []
    assert company.case(workflow) == before
    with pytest.raises(Forbidden, match="'fred' is no longer active"):
        company.act(workflow, "finance", "approve", "fred")


def test_his_stand_in_comes_before_his_colleagues_and_decides_in_his_name(company):
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")
    window = (company.now - timedelta(days=1), company.now + timedelta(days=9))
    add_delegation(company.runtime, ("fred", "dora"), window, None)

    assert leave(company, "fred") == [("delegate", ("dora",))]
    assert company.task(workflow, "finance").principal == "fred"
    company.act(workflow, "finance", "approve", "dora")
    event = timeline(company.runtime.database, workflow)[-1].event
    assert (event.action, event.on_behalf_of) == ("task_approved", "fred")
    assert is_whole(company)


def test_an_empty_pool_goes_to_the_next_authority(company):
    workflow = company.started()

    assert leave(company, "fred", "fiona") == [("next_authority", ("dora", "dirk"))]
    task = company.task(workflow, "finance")
    assert (task.role, task.candidates) == ("director", ("dora", "dirk"))
    assert company.act(workflow, "finance", "approve", "dirk").result == "applied"
    assert is_whole(company)


def test_nobody_left_holds_the_task_and_never_approves_it(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")

    gone = leave(company, "fiona", "dora", "dirk", "carl", "dana", "fred")
    assert gone == [("nobody", ())] * 2
    assert company.case(workflow).status == "pending"
    assert [task.step for task in company.case(workflow).open_tasks] == ["finance"]


def test_a_seat_of_a_quorum_goes_to_somebody_who_has_none_and_n_stays(company):
    workflow = company.started(margin_pct="30", clause=True)
    seats = {t.assignee: t.id for t in company.case(workflow).seats("legal")}
    company.act(workflow, "legal", "approve", "lara", task=seats["lara"])

    assert leave(company, "leo") == [("next_authority", ("dana",))]
    case = company.case(workflow)
    assert (case.status, case.tally("legal").seats) == ("pending", 3)
    answer = company.act(workflow, "legal", "approve", "dana", task=seats["leo"])
    assert answer.status == "approved"
    assert is_whole(company)


def test_a_leaver_never_turns_a_reachable_quorum_into_an_approval(company):
    workflow = company.started(margin_pct="30", clause=True)
    seats = {t.assignee: t.id for t in company.case(workflow).seats("legal")}
    company.act(workflow, "legal", "approve", "lara", task=seats["lara"])
    gone = leave(company, "dana", "leo", "lena")

    assert ("nobody", ()) in gone
    assert company.case(workflow).status == "pending"
    assert company.case(workflow).tally("legal").approvals == 1
    assert is_whole(company)


def handed(company, giver, taker, actor="ada", *, dry_run=False):
    handover = Handover(giver=giver, taker=taker)
    caller = Caller(actor=actor, channel="t")
    return [
        (each.workflow, each.refused)
        for each in reassign_all(company.runtime, handover, caller, dry_run=dry_run)
    ]


def test_operations_reassign_all_tasks_of_a_person_after_a_dry_run(company):
    staff(company)
    first, second = company.started(), company.started()
    own = company.submit(company.quote("Q-9", owner="fiona")).workflow
    for workflow in (first, second, own):
        company.act(workflow, "finance", "claim", "fred")
    before = [company.case(workflow) for workflow in (first, second, own)]

    shown = handed(company, "fred", "fiona", dry_run=True)
    assert [company.case(workflow) for workflow in (first, second, own)] == before
    assert [workflow for workflow, refused in shown if not refused] == [first, second]
    assert "'fiona' must not decide: owner of the quote" in shown[2][1]

    assert handed(company, "fred", "fiona") == shown
    assert company.task(first, "finance").assignee == "fiona"
    assert company.task(own, "finance").assignee == "fred"
    assert handed(company, "fred", "fiona") == [shown[2]]
    assert is_whole(company)


def test_nobody_but_an_admin_or_the_manager_reassigns_in_bulk(company):
    staff(company)
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")

    ((_, refused),) = handed(company, "fred", "fiona", actor="fiona")
    assert "'fiona' is neither an admin nor the manager" in refused
    assert handed(company, "fred", "fiona", actor="carl") == [(workflow, None)]
