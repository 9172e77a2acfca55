"""
Exceptions and advice on the pages: what waives a trigger, what would avoid a step.
"""

import pytest

from tests.integration.executor.company import Company
from tests.integration.executor.exceptions import POLICY, granted, quote, submitted
from tests.integration.web.browser import text_of

WAIVED = "Above authority: waived by exception EX-1"


@pytest.fixture
def company(fresh_database):
    company = Company(fresh_database("sqlite", ready=True), **POLICY)
    yield company
    company.runtime.database.close()


def test_the_quote_and_the_workflow_name_the_exception_that_waives(company, enter):
    sam = enter("sam")
    granted(company)
    quote(company, 1)
    assert WAIVED in text_of(sam.get("/quotes/Q-1"))
    workflow = company.submit("Q-1").workflow

    assert WAIVED in text_of(sam.get(f"/workflows/{workflow}"))
    other = submitted(company, 2, discount_pct="29").workflow
    assert WAIVED not in text_of(sam.get(f"/workflows/{other}"))


def test_the_submitter_reads_what_would_avoid_the_step_and_nobody_else_does(
    company, enter
):
    workflow = submitted(company, margin_pct="23.5", discount_pct="5").workflow
    task = company.task(workflow, "finance").id
    advice = "Finance would not be asked with margin 24 % instead of 23.5 %."

    for page in (f"/tasks/{task}", f"/workflows/{workflow}"):
        assert advice in text_of(enter("sam").get(page))
        assert advice not in text_of(enter("fred").get(page))


def test_after_a_rejection_the_submitter_reads_what_would_have_avoided_it(
    company, enter
):
    workflow = submitted(company, margin_pct="23.5", discount_pct="5").workflow
    company.act(workflow, "finance", "reject", "fred")
    page = text_of(enter("sam").get(f"/workflows/{workflow}"))

    assert "✕ Rejected" in page
    assert "with margin 24 % instead of 23.5 %" in page


def test_the_preview_of_the_interface_tells_both(company, api):
    granted(company)
    quote(company, 1, margin_pct="23.5")
    asked = {"json": {"quoteId": "Q-1"}, "headers": {"Idempotency-Key": "k"}}
    plan = api("sam").post("/api/v1/preview", **asked).json

    assert {"id": "band", "reason": "above_authority", "waivedBy": "EX-1"} in plan[
        "triggers"
    ]
    (step,) = plan["steps"]
    assert step["avoidedBy"] == [
        [{"name": "margin_pct", "from": "23.5", "to": "24", "lines": []}]
    ]


def test_the_page_of_a_request_shows_its_bounds_to_whoever_may_grant_it(company, enter):
    granted(company)
    page = text_of(enter("dora").get("/workflows/WF-8809"))

    assert "EX-1 revision 1" in page
    assert "They grow." in page
    assert "Discount 28 % · asked when the exception allows up to it" in page
