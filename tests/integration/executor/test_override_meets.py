"""
An override beside validity, clearance, revisions, exceptions, reports and messages.
"""

from datetime import UTC, datetime, timedelta

import pytest

from approval_engine import worker
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.override import Override, override
from approval_engine.operations.clearance import clearance
from approval_engine.operations.population import population
from tests.integration.executor import exceptions
from tests.integration.executor.office import staff, told
from tests.integration.executor.test_revise import again, asked, why

ENDS = datetime(2026, 4, 2, tzinfo=UTC)


@pytest.fixture
def office(make_company):
    return staff(make_company(approvalValidDays=30))


def by(company, workflow, person, decision="approve", limit=10**9):
    wish = Override(workflow=workflow, decision=decision, comment="now", limit=limit)
    return override(company.runtime, wish, Caller(actor=person, channel="t"))


def cleared(company, workflow):
    case = company.case(workflow)
    found = clearance(company.runtime, case.quote_id, case.fingerprint)
    return str(found.clearance)


def test_an_overridden_approval_clears_and_expires_like_any_other(office):
    workflow = office.started()
    by(office, workflow, "ada")
    case = office.case(workflow)
    assert (case.status, case.valid_until) == ("approved", ENDS)
    assert cleared(office, workflow) == "cleared"
    (fact,) = office.facts(workflow, "overridden")
    assert fact["fingerprint"] == case.fingerprint

    office.now = ENDS - timedelta(days=3)
    assert worker.once(office.runtime).fired == 1
    assert told(office, workflow, "expiring") == ["sam"]
    office.now = ENDS
    assert cleared(office, workflow) == "expired"
    assert worker.once(office.runtime).fired == 1
    assert (office.case(workflow).status, cleared(office, workflow)) == (
        "expired",
        "expired",
    )
    assert office.case(workflow).overridden
    assert office.findings() == ()


def test_an_overridden_rejection_has_no_time_to_run(office):
    workflow = office.started()
    by(office, workflow, "ada", "reject")

    assert office.case(workflow).timers == ()
    assert cleared(office, workflow) == "changed"
    assert office.findings() == ()


def test_a_comment_does_not_make_an_approval_good_for_longer(office):
    workflow = office.started()
    by(office, workflow, "ada")
    office.now = ENDS - timedelta(days=1)
    office.act(workflow, "finance", "comment", "fred")
    office.now = ENDS

    assert cleared(office, workflow) == "expired"


def test_a_revision_carries_nothing_from_an_override_and_keeps_it_marked(office):
    first = office.started()
    office.act(first, "manager", "approve", "maria")
    by(office, first, "ada")
    second = office.revised(first, justification="typo").workflow

    assert office.case(first).status == "superseded"
    assert office.case(first).overridden
    assert why(office, second) == {"manager": ("maria", "unchanged")}
    assert again(office, second) == {}
    assert asked(office, second) == ["finance"]
    assert not office.case(second).overridden
    assert office.findings() == ()


def test_a_request_for_an_override_does_not_outlive_a_revision(office):
    first = office.started()
    by(office, first, "ada", limit=None)
    second = office.revised(first, justification="typo").workflow

    assert not office.case(first).overridden
    assert by(office, second, "abe", limit=None).status == "pending"
    assert by(office, second, "ada", limit=None).status == "approved"
    assert office.findings() == ()


@pytest.mark.parametrize(
    ("decision", "status", "granters"),
    [("approve", "active", ("abe", "ada")), ("reject", "refused", ("abe", "ada"))],
)
def test_an_override_settles_the_exception_whose_workflow_it_ends(
    make_company, decision, status, granters
):
    company = staff(make_company(**exceptions.POLICY))
    exception_id, workflow = exceptions.ask(company)
    by(company, workflow, "ada", decision, limit=None)
    assert exceptions.row(company, exception_id).status == "pending"
    by(company, workflow, "abe", decision, limit=None)
    row = exceptions.row(company, exception_id)

    assert (row.status, row.granted_by) == (status, granters)
    assert company.findings() == ()
    if decision == "approve":
        waived = exceptions.submitted(company)
        assert waived.status == "approved"
        assert exceptions.row(company, exception_id).used == 1
        exceptions.ended(company, exception_id, actor="ada")
        assert exceptions.row(company, exception_id).status == "ended"
    assert company.findings() == ()


def test_what_an_admin_granted_does_not_waive_a_trigger_of_his_own_quote(make_company):
    company = staff(make_company(**exceptions.POLICY))
    _, workflow = exceptions.ask(company)
    by(company, workflow, "ada")

    assert exceptions.submitted(company, owner="ada").status == "pending"
    assert exceptions.submitted(company, number=2).status == "approved"
    assert company.findings() == ()


def test_the_report_lists_what_was_overridden_and_what_had_been_asked(office):
    workflow = office.started()
    by(office, workflow, "ada", limit=None)
    by(office, workflow, "abe", limit=None)
    found = population(office.runtime, office.now.date(), office.now.date())
    (row,) = [each for each in found.rows if each["kind"] == "override"]

    assert (row["workflow"], row["actor"], row["decision"]) == (
        workflow,
        "abe",
        "approve",
    )
    assert found.agrees


def test_an_override_ends_a_question_and_nothing_waits_for_its_answer(office):
    workflow = office.started()
    office.act(workflow, "finance", "request-info", "fred")
    by(office, workflow, "ada")

    assert office.case(workflow).open_tasks == ()
    assert office.findings() == ()
