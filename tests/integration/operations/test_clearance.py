"""
Clearance: what a system that books orders is told of the fingerprint that it holds.
"""

from datetime import timedelta

import pytest

from approval_engine.errors import NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.tick import tick
from approval_engine.operations.clearance import clearance, fingerprint_of
from tests.integration.executor.company import Company


@pytest.fixture
def company(database_url):
    company = Company(database_url, approvalValidDays=30, protected=["payment_days"])
    yield company
    company.runtime.database.close()


def approved(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")
    (told,) = company.facts(workflow, "workflow_approved")
    return workflow, told["fingerprint"]


def word(company, held):
    return str(clearance(company.runtime, "Q-1", held).clearance)


def test_what_was_approved_is_cleared_and_nothing_else(company):
    workflow, held = approved(company)

    assert fingerprint_of(company.runtime, "Q-1") == held
    assert clearance(company.runtime, "Q-1", held).workflow == workflow
    assert word(company, held) == "cleared"
    assert word(company, "0" * 64) == "changed"


def test_what_is_not_approved_is_not_cleared(company):
    company.quote("Q-1")
    held = fingerprint_of(company.runtime, "Q-1")
    assert word(company, held) == "changed"

    workflow = company.submit("Q-1").workflow
    assert word(company, held) == "changed"
    recall(company.runtime, workflow, "no", Caller(actor="sam", channel="t"))
    assert word(company, held) == "changed"


def test_an_edit_of_what_rules_read_changes_the_clearance_before_it_is_submitted(
    company,
):
    _, held = approved(company)
    company.quote("Q-1", revision=2, margin_pct="21")

    assert word(company, held) == "changed"
    assert fingerprint_of(company.runtime, "Q-1") != held


def test_an_edit_of_what_is_protected_changes_the_clearance(company):
    _, held = approved(company)
    company.quote("Q-1", revision=2, payment_days=90)

    assert word(company, held) == "changed"


def test_an_edit_that_no_rule_reads_keeps_the_clearance(company):
    workflow, held = approved(company)
    company.revised(workflow, justification="typo", colour="blue")

    assert word(company, held) == "cleared"


def test_a_clearance_expires_with_the_approval(company):
    workflow, held = approved(company)
    company.now = company.case(workflow).valid_until - timedelta(microseconds=1)
    assert word(company, held) == "cleared"

    company.now += timedelta(microseconds=1)
    assert word(company, held) == "expired"


def test_whatever_is_noted_afterwards_makes_no_approval_good_for_longer(company):
    workflow, held = approved(company)
    ends_at = company.case(workflow).valid_until
    company.wait(days=28)
    assert tick(company.runtime, workflow)
    company.act(workflow, "manager", "comment", "maria", comment="still good")

    company.now = ends_at
    assert word(company, held) == "expired"


def test_a_revision_that_cannot_be_judged_has_no_fingerprint(company):
    _, held = approved(company)
    company.quote("Q-1", revision=2, margin_pct=None)

    assert fingerprint_of(company.runtime, "Q-1") is None
    assert word(company, held) == "changed"


def test_an_unknown_quote_is_not_found(company):
    with pytest.raises(NotFound, match="no quote 'Q-404'"):
        clearance(company.runtime, "Q-404", "0" * 64)
