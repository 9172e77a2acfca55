"""
A revision while windows run, clocks strike, approvals end and exceptions count.
"""

from datetime import UTC, datetime, timedelta

import pytest

from approval_engine import worker
from approval_engine.errors import Forbidden, InvalidState
from approval_engine.executor.commands.tick import tick
from approval_engine.operations.rates import import_rates
from tests.integration.executor.company import MONDAY, STEPS
from tests.integration.executor.exceptions import POLICY, ended, granted
from tests.integration.executor.exceptions import quote as priced
from tests.integration.executor.firm import firm, late, started, told
from tests.integration.executor.test_revise import again, asked, why
from tests.integration.executor.test_stand_ins import lend, work

DAY = (MONDAY - timedelta(hours=1), MONDAY + timedelta(days=1))


def sound(company):
    assert company.findings() == ()
    return company.is_sound()


def seat(company, workflow, step):
    task = company.task(workflow, step)
    return task.assignee, task.principal, task.closed_by, str(task.status)


# Windows.


def test_an_approval_of_a_stand_in_stands_when_his_window_is_over(company):
    lend(company, "maria", "mona", window=DAY)
    first = company.started()
    company.act(first, "manager", "approve", "mona")
    company.wait(days=2)
    work(company)
    second = company.revised(first, justification="typo").workflow
    (record,) = company.facts(second, "task_carried")

    assert (record["person"], record["principal"]) == ("mona", "maria")
    assert seat(company, second, "manager") == ("mona", "maria", "mona", "approved")
    assert sound(company)


def test_an_own_approval_stands_while_somebody_stands_in(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    lend(company, "maria", "mona", window=DAY)
    second = company.revised(first, justification="typo").workflow

    assert seat(company, second, "manager") == ("maria", None, "maria", "approved")
    assert company.task(second, "manager").windows == ()
    work(company)
    assert sound(company)


def test_a_principal_counts_for_the_approval_that_stands_in_a_revision(make_company):
    apart = {**STEPS["finance"], "distinctApprovers": True}
    company = make_company(
        steps={
            **STEPS,
            "finance": apart,
            "cfo": {"role": "finance", "stage": 2, "distinctApprovers": True},
        }
    )
    huge = {"amount": "2000000"}
    first = company.started(**huge)
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "delegate", "fred", to="fiona")
    company.act(first, "finance", "approve", "fiona")
    second = company.revised(first, **huge, justification="typo").workflow

    # In the first workflow it was his stand-in who decided, and so it is here.
    with pytest.raises(Forbidden, match="already decided step 'finance'"):
        company.act(second, "cfo", "approve", "fred")
    assert sound(company)


def test_a_revision_moves_nothing_of_the_workflow_that_it_replaced(company):
    first = company.started()
    second = company.revised(first, justification="typo").workflow
    seq = company.case(first).seq
    lend(company, "maria", "mona", window=DAY)
    work(company)

    assert company.case(first).seq == seq
    assert seat(company, second, "manager")[:2] == ("mona", "maria")
    company.wait(days=2)
    work(company)
    assert seat(company, second, "manager")[:2] == ("maria", None)
    assert sound(company)


def test_a_revision_while_a_window_runs_asks_the_stand_in(company):
    first = company.started()
    lend(company, "maria", "mona", window=DAY)
    work(company)
    company.act(first, "manager", "claim", "mona")
    second = company.revised(first, margin_pct="20").workflow

    assert seat(company, second, "manager")[:2] == ("mona", "maria")
    assert company.task(first, "manager").status == "cancelled"
    company.act(second, "manager", "approve", "mona")
    assert sound(company)


# Clocks.


@pytest.fixture
def beside(make_company):
    return firm(
        make_company,
        escalateMode="add",
        escalateTo=[{"role": "director"}, {"role": "cfo"}],
        onExhausted="reject",
    )


def test_a_harmless_edit_keeps_the_time_of_a_step_that_asks_beside(beside):
    first = started(beside)
    due = beside.task(first, "finance").due_at
    late(beside, first)
    assert len(beside.case(first).open_tasks) == 2
    second = beside.revised(first, justification="typo").workflow

    assert beside.task(second, "finance").due_at == due
    assert {str(t.status) for t in beside.case(first).seats("finance")} == {"cancelled"}
    tick(beside.runtime, second)
    assert [t.role for t in beside.case(second).open_tasks] == ["finance", "director"]
    assert sound(beside)


def test_an_approval_from_beside_stands(beside):
    first = started(beside)
    late(beside, first)
    second_task = beside.case(first).open_tasks[-1]
    beside.act(first, "finance", "approve", "dora", task=second_task.id)
    answer = beside.revised(first, justification="typo")

    assert answer.status == "approved"
    assert why(beside, answer.workflow)["finance"] == ("dora", "unchanged")
    assert sound(beside)


def test_windows_move_each_of_two_tasks_at_one_seat(beside):
    first = started(beside)
    late(beside, first)
    window = (beside.now, beside.now + timedelta(days=1))
    lend(beside, "fred", "dora", window=window)
    lend(beside, "dora", "carl", window=window)
    lend(beside, "dirk", "carl", window=window)
    work(beside)
    assert sound(beside)

    second = beside.revised(first, margin_pct="20").workflow
    assert beside.case(first).open_tasks == ()
    work(beside)
    beside.wait(days=3)
    work(beside)
    assert beside.case(second).open_tasks
    assert sound(beside)


def test_a_clock_of_ours_dies_with_the_workflow(beside):
    first = started(beside)
    late(beside, first, times=2)
    assert [t.element for t in beside.case(first).timers] == ["exhausted:finance"]
    second = beside.revised(first, margin_pct="20").workflow
    beside.wait(days=30)

    assert (beside.case(first).timers, tick(beside.runtime, first)) == ((), None)
    while beside.case(second).status == "pending" and tick(beside.runtime, second):
        beside.now = beside.case(second).next_due_at or beside.now
    assert beside.case(second).status == "pending" or sound(beside)
    assert sound(beside)


def test_a_step_that_time_approved_is_asked_again(make_company):
    company = firm(make_company, onTimeout="approve")
    first = started(company)
    late(company, first)
    assert company.case(first).status == "approved"
    second = company.revised(first, justification="typo").workflow

    assert asked(company, second) == ["finance"]
    assert sound(company)


# Validity.


@pytest.fixture
def dated(make_company):
    return make_company(approvalValidDays=30)


def approved(company, **changes):
    workflow = company.started(**changes)
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")
    return workflow


def test_a_harmless_edit_makes_no_approval_longer(dated):
    first = approved(dated)
    until = dated.case(first).valid_until
    dated.wait(days=10)
    second = dated.revised(first, justification="typo").workflow

    assert dated.case(second).status == "approved"
    assert dated.case(second).valid_until == until
    assert dated.case(first).timers == ()
    dated.now = until
    assert worker.once(dated.runtime).fired == 1
    assert (dated.case(first).status, dated.case(second).status) == (
        "superseded",
        "expired",
    )
    assert told(dated, "expired") == {"sam"}
    assert sound(dated)


def test_who_is_asked_again_makes_it_good_from_his_day_on(dated):
    first = approved(dated)
    dated.wait(days=10)
    second = dated.revised(first, margin_pct="20").workflow
    dated.act(second, "manager", "approve", "maria")
    dated.act(second, "finance", "approve", "fred")

    assert dated.case(second).valid_until == datetime(2026, 4, 12, tzinfo=UTC)
    assert sound(dated)


def test_after_the_end_of_an_approval_everybody_is_asked(dated):
    first = approved(dated)
    dated.now = dated.case(first).valid_until
    late_one = dated.revised(first, justification="typo").workflow
    assert asked(dated, late_one) == ["manager", "finance"]
    assert dated.case(first).status == "superseded"
    assert again(dated, late_one)["manager"] == ("maria", "expired")

    other = approved(dated)
    dated.now = dated.case(other).valid_until
    work(dated)
    assert dated.case(other).status == "expired"
    next_one = dated.revised(other, justification="typo").workflow
    assert asked(dated, next_one) == ["manager", "finance"]
    assert dated.case(next_one).supersedes is None
    assert sound(dated)


# Exceptions.


def test_an_approval_stands_beside_a_waiver_in_another_currency(make_company):
    company = make_company(**POLICY, rates={"set": "corporate"})
    rates = b"currency,date,rate\nEUR,2026-02-27,1.10\nEUR,2026-03-04,1.30\n"
    import_rates(company.runtime, rates, "rates.csv", None)
    exception = granted(company, within="discount_pct<=28,amount<=110000")
    facts = {"currency": "EUR", "margin_pct": "20", "amount": "100000"}
    first = company.submit(priced(company, 1, **facts)).workflow
    assert asked(company, first) == ["finance"]
    company.act(first, "finance", "approve", "fred")
    company.wait(days=3)

    # The same rate holds, so neither the waiver nor the approval is worse off.
    priced(company, 1, **facts, revision=2)
    second = company.submit("Q-1").workflow
    assert company.case(second).status == "approved"
    assert why(company, second) == {"finance": ("fred", "unchanged")}

    # Without the waiver its trigger counts in full, for those whom it asks.
    ended(company, exception)
    priced(company, 1, **facts, revision=3)
    third = company.submit("Q-1").workflow
    assert why(company, third) == {"finance": ("fred", "unchanged")}
    assert asked(company, third) == ["director"]
    assert sound(company)


def test_a_yes_to_what_the_quote_no_longer_says_is_refused(company):
    workflow = company.started()
    company.quote("Q-1", revision=2, margin_pct="12")

    words = "says something else in revision 2; that one must be submitted first"
    with pytest.raises(InvalidState, match=words):
        company.act(workflow, "finance", "approve", "fred")
    assert "task_approved" not in company.log(workflow)
    company.act(workflow, "finance", "claim", "fred")
    second = company.submit("Q-1").workflow
    assert company.act(second, "finance", "approve", "fred").result == "applied"
    assert company.findings() == ()


@pytest.mark.parametrize("action", ["reject", "return"])
def test_a_no_is_taken_whatever_a_newer_revision_says(company, action):
    workflow = company.started()
    company.quote("Q-1", revision=2, margin_pct="12")

    assert company.act(workflow, "finance", action, "fred").result == "applied"


def test_a_newer_revision_in_which_nothing_matters_stops_no_yes(company):
    workflow = company.started()
    company.quote("Q-1", revision=2, justification="a typing error")

    assert company.act(workflow, "finance", "approve", "fred").result == "applied"
    assert company.findings() == ()


def test_a_yes_that_was_given_is_repeated_whatever_came_since(company):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")
    company.quote("Q-1", revision=2, margin_pct="12")

    assert company.act(workflow, "finance", "approve", "fred").result == "duplicate"


def test_a_revision_that_cannot_be_judged_says_something_else(company):
    workflow = company.started()
    company.quote("Q-1", revision=2, margin_pct=None)

    with pytest.raises(InvalidState, match="says something else in revision 2"):
        company.act(workflow, "finance", "approve", "fred")
