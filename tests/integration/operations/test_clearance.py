"""
Clearance: what a system that books orders is told of the fingerprint that it holds.
"""

from datetime import UTC, datetime, timedelta

import pytest

from approval_engine.errors import NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.tick import tick
from approval_engine.operations.clearance import clearance, fingerprint_of
from tests.integration.executor.company import TRIGGERS, Company
from tests.integration.executor.exceptions import POLICY, granted, quote, submitted


@pytest.fixture
def make_company(ready_database_url):
    made = []

    def make(**changes):
        made.append(Company(ready_database_url, **changes))
        return made[-1]

    yield make
    for company in made:
        company.runtime.database.close()


@pytest.fixture
def company(make_company):
    return make_company(approvalValidDays=30, protected=["payment_days"])


def approved(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")
    (told,) = company.facts(workflow, "workflow_approved")
    return workflow, told["fingerprint"]


def attachment(digit, name):
    return {"name": name, "mediaType": "application/pdf", "sha256": digit * 64}


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
    until = company.case(workflow).valid_until
    company.now = until - timedelta(microseconds=1)
    assert word(company, held) == "cleared"

    # Nobody has ended the approval yet.
    company.now = until
    assert word(company, held) == "expired"
    tick(company.runtime, workflow)
    assert company.case(workflow).status == "expired"
    assert word(company, held) == "expired"


def test_a_notice_does_not_make_a_clearance_longer(company):
    workflow, held = approved(company)
    until = company.case(workflow).valid_until
    company.now = until - timedelta(days=1)
    tick(company.runtime, workflow)
    assert company.log(workflow)[-1] == "workflow_expiring"
    assert word(company, held) == "cleared"

    company.now = until
    assert word(company, held) == "expired"


def test_what_is_said_of_an_approved_quote_later_makes_no_approval_last_longer(company):
    workflow, held = approved(company)
    ends_at = company.case(workflow).valid_until
    company.now = ends_at - timedelta(days=3)
    assert tick(company.runtime, workflow)
    company.act(workflow, "finance", "comment", "fred", comment="still good?")
    company.now = ends_at

    # No worker looked yet.
    assert company.case(workflow).status == "approved"
    assert word(company, held) == "expired"


def test_a_revision_by_which_nobody_was_asked_is_good_no_longer_than_before(company):
    first, held = approved(company)
    ends_at = company.case(first).valid_until
    company.wait(days=29)
    second = company.revised(first, needed_by="2026-06-01").workflow

    assert company.case(second).valid_until == ends_at
    assert word(company, held) == "cleared"
    company.now = ends_at
    assert word(company, held) == "expired"
    assert company.findings() == ()


def test_who_decides_anew_gives_the_approval_its_whole_time(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.wait(days=20)
    second = company.revised(first, needed_by="2026-06-01").workflow
    company.act(second, "finance", "approve", "fred")

    assert company.case(second).valid_until == datetime(2026, 4, 22, tzinfo=UTC)


def test_what_a_rule_demands_to_see_belongs_to_what_was_approved(make_company):
    needs = ["justification", "attachment:redline"]
    clause = {**TRIGGERS[1], "needs": needs}
    company = make_company(triggers=[TRIGGERS[0], clause])
    given = {
        "clause": True,
        "justification": "They grow.",
        "attachments": [attachment("a", "redline.pdf"), attachment("b", "logo.png")],
    }
    workflow = company.started(**given)
    for step, person in (("manager", "maria"), ("finance", "fred")):
        company.act(workflow, step, "approve", person)
    for person in ("lara", "leo"):
        company.act(workflow, "legal", "approve", person)
    held = company.case(workflow).fingerprint
    assert word(company, held) == "cleared"

    logo = [attachment("a", "redline.pdf"), attachment("c", "logo.png")]
    company.quote("Q-1", revision=2, **{**given, "attachments": logo})
    assert word(company, held) == "cleared"
    company.quote("Q-1", revision=3, **{**given, "justification": "Because."})
    assert word(company, held) == "changed"
    other = [attachment("c", "redline.pdf")]
    company.quote("Q-1", revision=4, **{**given, "attachments": other})
    assert word(company, held) == "changed"


def test_what_an_exception_bounds_belongs_to_what_was_approved(make_company):
    term = {"name": "term_months", "type": "number", "worse": "higher"}
    inputs = [*POLICY["inputs"], term]
    company = make_company(**{**POLICY, "inputs": inputs})
    bounds = "discount_pct<=28,amount<=400000,term_months<=12"
    granted(company, within=bounds)
    answer = submitted(company, term_months=12)
    assert answer.status == "approved"
    held = company.case(answer.workflow).fingerprint
    assert word(company, held) == "cleared"

    quote(company, 1, revision=2, term_months=60)
    assert word(company, held) == "changed"


def test_a_revision_that_cannot_be_judged_has_no_fingerprint(company):
    _, held = approved(company)
    company.quote("Q-1", revision=2, margin_pct=None)

    assert fingerprint_of(company.runtime, "Q-1") is None
    assert word(company, held) == "changed"


def test_an_unknown_quote_is_not_found(company):
    with pytest.raises(NotFound, match="no quote 'Q-404'"):
        clearance(company.runtime, "Q-404", "0" * 64)
