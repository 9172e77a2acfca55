"""
Tick: reminders and escalations, each once, never before their time.
"""

from datetime import datetime, timedelta

import pytest

from approval_engine.errors import Forbidden
from approval_engine.executor.commands.tick import due, tick
from approval_engine.operations import intake
from tests.integration.executor.company import MONDAY, STEPS, directory, document


def test_nothing_happens_before_its_time_and_nothing_twice(company):
    workflow = company.started(margin_pct="30", amount="1000000")
    company.now = MONDAY + timedelta(days=4)
    assert due(company.runtime) == (workflow,)

    company.now -= timedelta(microseconds=1)
    company.now = min(company.now, company.case(workflow).next_due_at)
    before = company.now
    company.now = before - timedelta(microseconds=1)
    assert due(company.runtime) == ()
    assert tick(company.runtime, workflow) is None

    company.now = before
    assert due(company.runtime) == (workflow,)
    assert tick(company.runtime, workflow)
    assert tick(company.runtime, workflow) is None
    assert company.log(workflow)[-1] == "timer_exhausted"
    assert company.is_sound()


def test_missed_reminders_become_one(company):
    workflow = company.started()
    company.wait(days=1, hours=6)
    tick(company.runtime, workflow)

    assert company.log(workflow).count("task_reminded") == 1
    assert [
        t.element for t in company.case(workflow).timers if t.step == "finance"
    ] == [
        "due_finance",
        "due_finance_2",
    ]
    assert company.is_sound()


def test_a_late_task_asks_the_next_role_and_keeps_its_id(company):
    workflow = company.started()
    company.wait(days=3)
    tick(company.runtime, workflow)
    task = company.task(workflow, "finance")

    assert (task.id, task.role, task.escalation_level) == ("T-2", "director", 1)
    assert task.candidates == ("dora", "dirk")
    with pytest.raises(Forbidden, match="not one of those asked"):
        company.act(workflow, "finance", "approve", "fred")
    assert company.act(workflow, "finance", "approve", "dirk").result == "applied"
    assert company.is_sound()


def test_levels_missed_in_an_outage_are_climbed_at_once(company):
    workflow = company.started()
    company.wait(days=30)
    tick(company.runtime, workflow)
    task = company.task(workflow, "finance")

    assert (task.role, task.escalation_level) == ("cfo", 2)
    assert company.log(workflow).count("task_escalated") == 2
    # The last rung has as long as the step had.
    waiting = {timer.element for timer in company.case(workflow).timers}
    assert waiting == {"exhausted:finance", "exhausted:manager"}


def test_whoever_was_asked_before_his_time_keeps_his_claim(company):
    smaller = directory()
    smaller["roles"] = {**smaller["roles"], "director": []}
    intake.import_directory(company.runtime, document(smaller))
    workflow = company.started()
    company.wait(days=2, hours=8)
    tick(company.runtime, workflow)
    company.act(workflow, "finance", "claim", "carl")
    company.wait(days=10)
    tick(company.runtime, workflow)

    assert "task_reminded" in company.log(workflow)
    assert company.task(workflow, "finance").assignee == "carl"
    assert company.is_sound()


def test_an_escalation_skips_whoever_must_not_decide(company):
    quote = company.quote(submittedBy="carl", owner="dora")
    workflow = company.submit(quote, actor="carl").workflow
    company.wait(days=30)
    tick(company.runtime, workflow)
    task = company.task(workflow, "finance")

    # The CFO submitted it himself, so the ladder ends at the fallback role.
    assert (task.role, task.candidates) == ("deal_desk", ("dana",))


def test_a_step_that_holds_is_never_approved_by_the_clock(company):
    workflow = company.started(margin_pct="30", amount="1000000")
    company.wait(days=400)
    tick(company.runtime, workflow)
    case = company.case(workflow)

    assert case.status == "pending"
    assert [task.step for task in case.open_tasks] == ["cfo"]
    assert company.act(workflow, "cfo", "approve", "carl").status == "approved"


def test_a_decision_before_the_tick_stops_the_clock(company):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")
    company.wait(days=30)
    tick(company.runtime, workflow)

    assert company.task(workflow, "finance").status == "approved"
    assert company.task(workflow, "manager").role == "director"
    assert company.is_sound()


OFFICE = {"hours": "09:00-17:00", "days": "Mon-Fri"}
CALENDARS = {
    "us": OFFICE | {"timeZone": "America/New_York", "holidays": "US"},
    "uk": OFFICE | {"timeZone": "Europe/London", "holidays": "GB"},
}


@pytest.mark.parametrize(
    ("submitted", "manager", "finance"),
    [
        # A weekend on which only London's clocks change.
        ("2026-03-27T16:00", "2026-03-30T16:00", "2026-03-30T15:00"),
        # Good Friday is a holiday in London alone.
        ("2026-04-02T15:00", "2026-04-03T15:00", "2026-04-06T15:00"),
        # Presidents' Day is one in New York alone.
        ("2026-02-13T15:00", "2026-02-17T15:00", "2026-02-16T15:00"),
        # Before the offices open, on the longest of Februaries.
        ("2028-02-29T05:00", "2028-02-29T22:00", "2028-02-29T17:00"),
    ],
)
def test_each_step_counts_in_the_calendar_and_the_zone_of_its_own(
    make_company, submitted, manager, finance
):
    steps = {
        "manager": {"role": "manager", "calendar": "us"},
        "finance": {"role": "finance", "calendar": "uk"},
    }
    defaults = {"slaHours": 8, "calendar": "us", "fallbackRole": "deal_desk"}
    company = make_company(calendars=CALENDARS, steps=STEPS | steps, defaults=defaults)
    company.now = datetime.fromisoformat(f"{submitted}Z")
    workflow = company.started()
    due_at = {task.step: task.due_at for task in company.case(workflow).tasks}

    assert due_at == {
        "manager": datetime.fromisoformat(f"{manager}Z"),
        "finance": datetime.fromisoformat(f"{finance}Z"),
    }
    company.now = min(due_at.values()) - timedelta(microseconds=1)
    assert tick(company.runtime, workflow) is None
    company.now = min(due_at.values())
    assert tick(company.runtime, workflow)
