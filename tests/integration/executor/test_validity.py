"""
An approval is good for so many days: told before, ended by the clock, and asked anew.
"""

from datetime import UTC, datetime, timedelta

import pytest

from approval_engine import worker
from approval_engine.errors import InvalidState
from approval_engine.executor.commands.tick import due, tick
from tests.integration.executor.company import MONDAY
from tests.integration.executor.firm import is_sound, told

NEW_YORK = {
    "timeZone": "America/New_York",
    "hours": "09:00-17:00",
    "days": "Mon-Fri",
}
EASTERN = {"calendars": {"us": NEW_YORK}, "defaults": {"calendar": "us"}}
ENDS = datetime(2026, 4, 2, 4, tzinfo=UTC)
"""Midnight in New York, after 30 days of which the first few had another offset."""


@pytest.fixture
def company(make_company):
    return make_company(approvalValidDays=30, **EASTERN)


def approved(company, **changes):
    workflow = company.started(**changes)
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")
    return workflow


def test_an_approval_ends_with_its_last_day_where_the_policy_is_at_home(company):
    workflow = approved(company)
    case = company.case(workflow)

    assert (case.status, case.valid_until) == ("approved", ENDS)
    assert case.next_due_at == ENDS - timedelta(days=3)
    assert is_sound(company)


def test_its_owners_are_told_three_days_before_and_when_it_ends(company):
    workflow = approved(company, owner="olga")
    company.now = ENDS - timedelta(days=3, microseconds=1)
    assert due(company.runtime) == ()
    company.now = ENDS - timedelta(days=3)
    assert worker.once(company.runtime).fired == 1
    assert told(company, "expiring") == {"sam", "olga"}
    assert company.case(workflow).status == "approved"

    company.now = ENDS - timedelta(microseconds=1)
    assert tick(company.runtime, workflow) is None
    company.now = ENDS
    assert worker.once(company.runtime).fired == 1
    assert tick(company.runtime, workflow) is None
    assert company.log(workflow)[-2:] == ["workflow_expiring", "workflow_expired"]
    assert told(company, "expired") == {"sam", "olga"}
    assert (company.case(workflow).status, company.case(workflow).timers) == (
        "expired",
        (),
    )
    assert is_sound(company)


def test_after_an_outage_nobody_is_told_that_it_ends_soon(company):
    workflow = approved(company)
    company.now = ENDS + timedelta(days=9)
    tick(company.runtime, workflow)

    assert company.log(workflow)[-1] == "workflow_expired"
    assert told(company, "expiring") == set()
    assert is_sound(company)


def test_what_was_approved_by_policy_ends_too(company):
    workflow = company.started(margin_pct="40")
    assert company.case(workflow).status == "approved"
    company.now = ENDS
    tick(company.runtime, workflow)

    assert company.case(workflow).status == "expired"
    assert is_sound(company)


def test_an_expired_revision_may_be_submitted_again_and_an_approved_one_not(company):
    first = approved(company)
    assert company.submit("Q-1").result == "duplicate"
    company.now = ENDS
    tick(company.runtime, first)

    again = company.submit("Q-1")
    assert (again.result, again.status) == ("applied", "pending")
    assert again.workflow != first
    assert company.case(again.workflow).attempt == 2
    with pytest.raises(InvalidState, match="but it is approved"):
        company.act(first, "finance", "approve", "fiona")
    assert is_sound(company)


def test_without_the_key_an_approval_has_no_end(make_company):
    company = make_company()
    workflow = approved(company)

    assert company.case(workflow).valid_until is None
    company.now = MONDAY + timedelta(days=4000)
    assert due(company.runtime) == ()
    assert is_sound(company)
