"""
A clock that stands still for information, beside all else that has a clock.
"""

from datetime import timedelta

import pytest

from approval_engine import worker
from approval_engine.domain.timers import TimerKind
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.leave import replace_leaver
from approval_engine.executor.commands.tick import due, tick
from approval_engine.operations import intake
from tests.integration.executor.company import STEPS
from tests.integration.executor.firm import firm, late, started
from tests.integration.executor.office import PATIENT, staff


def rings(company, workflow, step="finance"):
    timers = company.case(workflow).timers
    return {t.element: t.due_at for t in timers if t.step == step}


def test_the_end_of_the_ladder_waits_for_information_too(make_company):
    company = firm(
        make_company,
        pauseOnInfo=True,
        slaHours=8,
        onExhausted="reject",
        escalateTo=[{"role": "director", "afterHours": 8}],
    )
    workflow = started(company)
    late(company, workflow)
    (last,) = company.case(workflow).timers
    assert last.kind is TimerKind.EXHAUSTED
    company.act(workflow, "finance", "request-info", "dora")
    assert company.case(workflow).next_due_at is None
    company.wait(days=60)
    assert due(company.runtime) == ()
    assert tick(company.runtime, workflow) is None
    assert company.case(workflow).status == "pending"

    company.act(workflow, "finance", "provide-info", "sam")
    assert company.case(workflow).next_due_at > company.now
    late(company, workflow)
    assert company.case(workflow).status == "rejected"
    assert company.findings() == ()


def test_a_grace_while_the_clock_stands_still_counts_once_it_runs_on(make_company):
    finance = {**PATIENT["finance"], "delegateGraceHours": 4}
    company = make_company(steps={**STEPS, "finance": finance})
    plain, graced = company.started(), company.started()
    for workflow in (plain, graced):
        company.act(workflow, "finance", "request-info", "fred")
    company.act(graced, "finance", "delegate", "fred", to="fiona")
    company.wait(days=1)
    for workflow in (plain, graced):
        company.act(workflow, "finance", "provide-info", "sam")

    later = rings(company, graced)["remind_finance_1"]
    # Four working hours; the plain one rings at the same hour of the day before lunch.
    assert later - rings(company, plain)["remind_finance_1"] == timedelta(hours=4)
    assert company.findings() == ()


def test_a_harmless_edit_lets_a_clock_that_stood_still_run_on_from_there(make_company):
    company = make_company(steps=PATIENT)
    first = company.started()
    before = rings(company, first)
    company.wait(hours=2)
    company.act(first, "finance", "request-info", "fred")
    company.wait(days=7)
    second = company.revised(first, justification="a pilot").workflow
    after = rings(company, second)

    # It stood still for five working days.
    assert after["remind_finance_1"] - before["remind_finance_1"] == timedelta(days=7)
    assert company.task(second, "finance").due_at == after["due_finance"]
    assert company.task(second, "finance").info_from is None
    assert all(each > company.now for each in after.values())
    assert not any(timer.paused_at for timer in company.case(second).timers)
    assert company.findings() == ()


def test_nothing_waits_for_information_on_a_superseded_workflow(make_company):
    company = make_company(steps=PATIENT)
    first = company.started()
    company.act(first, "finance", "request-info", "fred", to="olga")
    company.revised(first, margin_pct="20")

    with pytest.raises(Exception, match="it is cancelled"):
        company.act(first, "finance", "provide-info", "olga")
    assert company.case(first).next_due_at is None
    assert company.findings() == ()


def test_a_window_moves_a_task_whose_clock_stands_still_and_the_question_stays(
    make_company,
):
    company = make_company(steps=PATIENT)
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")
    company.act(workflow, "finance", "request-info", "fred")
    window = (company.now, company.now + timedelta(days=3))
    intake.add_delegation(company.runtime, ("fred", "fiona"), window, None)
    worker.once(company.runtime)
    task = company.task(workflow, "finance")

    assert (task.assignee, task.principal, task.info_from) == ("fiona", "fred", "sam")
    company.act(workflow, "finance", "provide-info", "sam")
    assert company.act(workflow, "finance", "approve", "fiona").result == "applied"
    assert company.findings() == ()


def test_an_added_seat_waits_with_the_step_and_runs_on_with_it(make_company):
    company = make_company(steps=PATIENT)
    workflow = company.started()
    company.act(workflow, "finance", "request-info", "fred")
    company.wait(hours=2)
    company.act(workflow, "finance", "add-approver", "fiona", to="lara")
    seat = company.case(workflow).tasks[-1]
    company.wait(hours=3)
    company.act(workflow, "finance", "provide-info", "sam")

    after = company.case(workflow).task(seat.id)
    assert after.due_at - seat.due_at == timedelta(hours=3)
    assert company.findings() == ()


def test_whoever_leaves_takes_no_clock_with_him(make_company):
    company = make_company(steps=PATIENT)
    workflow = staff(company).started()
    company.act(workflow, "finance", "request-info", "fred", to="lara")
    company.wait(days=1)
    staff(company, lara=None)
    list(replace_leaver(company.runtime, "lara", Caller(actor="root", channel="t")))
    assert not any(timer.paused_at for timer in company.case(workflow).timers)
    assert company.task(workflow, "finance").info_from is None
    assert company.findings() == ()
