"""
Seats that approvers add, beside revisions, clocks, windows, repeats and overrides.
"""

from datetime import timedelta

import pytest

from approval_engine import worker
from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.commands.replan import preview, replan
from approval_engine.executor.commands.tick import tick
from approval_engine.operations import intake
from tests.integration.executor.company import STEPS, document, policy
from tests.integration.executor.firm import firm, late
from tests.integration.executor.office import staff


def added(company, workflow, step="finance"):
    return [seat for seat in company.case(workflow).seats(step) if seat.ad_hoc]


def add(company, workflow, by="fred", to="lara", step="finance", *, after=False):
    task = next(t for t in company.case(workflow).open_tasks if t.step == step)
    wish = Wish(
        workflow=workflow,
        task=task.id,
        action=Action.ADD_APPROVER,
        to=to,
        after=after,
    )
    act(company.runtime, wish, Caller(actor=by, channel="t"))


def say(company, workflow, person, action="approve", step="finance"):
    """
    What the added person says at his own seat.
    """
    seat = next(t for t in added(company, workflow, step) if t.assignee == person)
    return company.act(workflow, step, action, person, task=seat.id)


@pytest.mark.parametrize("after", [False, True])
def test_a_pending_added_approver_is_asked_again_by_a_revision(company, after):
    first = company.started()
    add(company, first, after=after)
    second = company.revised(first, margin_pct="20").workflow

    assert [seat.assignee for seat in added(company, second)] == ["lara"]
    company.act(second, "manager", "approve", "maria")
    assert company.act(second, "finance", "approve", "fred").status == "pending"
    assert say(company, second, "lara").status == "approved"
    assert company.findings() == ()


def test_an_added_approval_stands_for_its_own_seat_and_never_for_the_policys(company):
    first = company.started()
    # She is of finance herself, so that her word could be taken for the policy's.
    add(company, first, to="fiona")
    say(company, first, "fiona")
    second = company.revised(first, justification="typo").workflow
    (seat,) = added(company, second)

    assert (seat.closed_by, str(seat.status)) == ("fiona", "approved")
    assert [t.step for t in company.case(second).open_tasks] == ["manager", "finance"]
    company.act(second, "manager", "approve", "maria")
    assert company.act(second, "finance", "approve", "fred").status == "approved"
    assert company.findings() == ()


def test_an_approval_that_stands_waits_for_an_added_approver_whose_facts_worsened(
    company,
):
    first = company.started()
    add(company, first)
    company.act(first, "finance", "approve", "fred")
    second = company.revised(first, justification="typo").workflow
    assert company.task(second, "finance").closed_by == "fred"
    assert [seat.status for seat in added(company, second)] == ["open"]

    company.act(second, "manager", "approve", "maria")
    assert say(company, second, "lara").status == "approved"
    assert company.findings() == ()


def test_an_added_approver_who_said_no_is_asked_again_by_the_next_revision(company):
    first = company.started()
    add(company, first)
    assert say(company, first, "lara", "reject").status == "rejected"
    second = company.revised(first, margin_pct="22").workflow

    assert [seat.assignee for seat in added(company, second)] == ["lara"]
    assert company.findings() == ()


def test_whoever_was_added_to_a_step_that_is_not_reached_yet_is_not_forgotten(
    make_company,
):
    steps = {**STEPS, "finance": {**STEPS["finance"], "stage": 2}}
    company = make_company(steps=steps)
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    add(company, first)
    second = company.revised(first, margin_pct="20").workflow
    third = company.revised(second, margin_pct="19").workflow
    assert added(company, third) == []
    company.act(third, "manager", "approve", "maria")

    assert [seat.assignee for seat in added(company, third)] == ["lara"]
    company.act(third, "finance", "approve", "fred")
    assert company.case(third).status == "pending"
    assert say(company, third, "lara").status == "approved"
    assert company.findings() == ()


def test_a_replan_keeps_the_added_approver_and_its_preview_says_the_same(company):
    workflow = company.started()
    add(company, workflow)
    say(company, workflow, "lara")
    intake.publish_policy(company.runtime, document(policy(version="2")), "dana")

    shown = preview(company.runtime, workflow)
    done = replan(company.runtime, workflow, Caller(actor="dana", channel="t"))
    assert shown.carried == done.carried == ()
    assert [seat.status for seat in added(company, done.successor)] == ["approved"]
    assert company.findings() == ()


@pytest.mark.parametrize("mode", ["reassign", "add"])
def test_an_added_seat_that_escalates_stays_added_and_counts_for_nothing_else(
    make_company, mode
):
    company = firm(
        make_company,
        slaHours=8,
        escalateMode=mode,
        escalateTo=[{"role": "director", "afterHours": 8}],
    )
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    add(company, workflow)
    late(company, workflow)
    case = company.case(workflow)
    asked = [s for s in added(company, workflow) if s.assignee in {"dora", "dirk"}]

    assert case.tally("finance").seats == 1
    assert len(asked) == 1
    boss = asked[0].assignee
    assert say(company, workflow, boss).status == "pending"
    person = next(
        p
        for t in company.case(workflow).open_tasks
        for p in t.candidates
        if p != boss and not t.ad_hoc
    )
    task = company.case(workflow).open_tasks[0]
    answer = company.act(workflow, "finance", "approve", person, task=task.id)
    assert answer.status == "approved"
    assert company.findings() == ()


def test_silence_never_approves_while_an_added_approver_is_awaited(make_company):
    company = firm(make_company, slaHours=8, onTimeout="approve")
    asked, unasked = company.started(), company.started()
    for workflow in (asked, unasked):
        company.act(workflow, "manager", "approve", "maria")
    add(company, asked)
    late(company, asked)
    tick(company.runtime, unasked)

    assert company.case(unasked).status == "approved"
    assert company.case(asked).status == "pending"
    assert company.log(asked)[-1] == "timer_exhausted"
    assert say(company, asked, "lara").status == "pending"
    assert company.act(asked, "finance", "approve", "fiona").status == "approved"
    assert company.findings() == ()


def test_silence_approves_once_the_added_approver_has(make_company):
    company = firm(make_company, slaHours=8, onTimeout="approve")
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    add(company, workflow)
    say(company, workflow, "lara")
    late(company, workflow)

    assert company.case(workflow).status == "approved"
    assert company.findings() == ()


def test_silence_does_not_approve_before_those_who_come_after(make_company):
    company = firm(make_company, slaHours=8, onTimeout="approve")
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    add(company, workflow, after=True)
    late(company, workflow)

    assert company.case(workflow).status == "pending"
    company.act(workflow, "finance", "approve", "fiona")
    assert say(company, workflow, "lara").status == "approved"
    assert company.findings() == ()


def test_silence_rejects_whoever_was_added(make_company):
    company = firm(make_company, slaHours=8, onTimeout="reject")
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    add(company, workflow)
    late(company, workflow)

    assert company.case(workflow).status == "rejected"
    assert company.findings() == ()


def lend(company, principal, delegate, hours=200):
    window = (company.now, company.now + timedelta(hours=hours))
    return intake.add_delegation(company.runtime, (principal, delegate), window, None)


def test_the_stand_in_of_an_added_approver_needs_no_more_than_he_does(company):
    workflow = company.started()
    add(company, workflow)
    lend(company, "lara", "leo", hours=2)
    worker.once(company.runtime)
    (seat,) = added(company, workflow)
    assert (seat.assignee, seat.principal) == ("leo", "lara")

    company.wait(hours=3)
    worker.once(company.runtime)
    assert added(company, workflow)[0].assignee == "lara"
    assert company.findings() == ()


def test_an_added_approver_who_is_away_is_asked_through_his_stand_in(company):
    lend(company, "lara", "leo")
    workflow = company.started()
    add(company, workflow)
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")
    (seat,) = added(company, workflow)

    assert (seat.assignee, seat.principal) == ("leo", "lara")
    assert say(company, workflow, "leo").status == "approved"
    assert company.findings() == ()


def test_a_submitter_is_no_stand_in_of_an_added_approver(company):
    lend(company, "lara", "sam")
    workflow = company.started()
    add(company, workflow)

    assert added(company, workflow)[0].assignee == "lara"
    assert company.findings() == ()


@pytest.mark.parametrize("mode", ["consecutive", "plan"])
def test_an_added_approval_answers_no_later_step_of_the_same_person(make_company, mode):
    company = make_company(
        steps={
            **STEPS,
            "cfo": {"role": "cfo", "chain": "main", "stage": 2, "dedupe": mode},
        },
        triggers=[
            {
                "id": "margin",
                "reason": "below_floor",
                "when": {"margin_pct": "< 24"},
                "require": ["finance", "cfo"],
            }
        ],
    )
    workflow = company.started()
    add(company, workflow, to="carl")
    say(company, workflow, "carl")
    answer = company.act(workflow, "finance", "approve", "fred")

    assert answer.status == "pending"
    assert [t.step for t in company.case(workflow).open_tasks] == ["cfo"]
    assert company.act(workflow, "cfo", "approve", "carl").status == "approved"
    assert company.findings() == ()


@pytest.mark.parametrize("after", [False, True])
def test_an_override_ends_the_added_seats_too(company, after):
    staff(company)
    workflow = company.started()
    add(company, workflow, after=after)
    wish = Override(workflow=workflow, decision="approve", comment="now", limit=10**9)
    override(company.runtime, wish, Caller(actor="ada", channel="t"))

    assert company.case(workflow).status == "approved"
    assert company.case(workflow).open_tasks == ()
    assert company.findings() == ()


def test_added_seats_are_numbered_behind_all_that_open_with_them(company):
    first = company.started(clause=True)
    add(company, first)
    second = company.revised(first, clause=True, margin_pct="20").workflow
    tasks = company.case(second).tasks

    assert [t.step for t in tasks] == ["manager", "finance", *["legal"] * 3, "finance"]
    assert company.findings() == ()
    assert company.is_sound()
