"""
When a review will be approved, from what was seen before; and whether that held.
"""

from datetime import timedelta

import pytest
from sqlalchemy import event

from approval_engine.analytics.forecast.asking import Forecasts
from approval_engine.analytics.forecast.views import forecast_view
from approval_engine.executor.commands.foresee import foresee
from approval_engine.history.reading import find
from approval_engine.operations import forecasts
from approval_engine.operations.preview import preview
from tests.integration.executor.company import Company
from tests.integration.operations.busy import (
    DAY_AND_NIGHT,
    ENOUGH,
    few_are_enough,
    worked,
)


@pytest.fixture
def company(fresh_database, monkeypatch):
    few_are_enough(monkeypatch)
    company = Company(fresh_database("sqlite", ready=True), **DAY_AND_NIGHT)
    yield company
    company.runtime.database.close()


@pytest.fixture
def either(ready_database_url, monkeypatch):
    """
    The company on each kind of database.
    """
    few_are_enough(monkeypatch)
    company = Company(ready_database_url, **DAY_AND_NIGHT)
    yield company
    company.runtime.database.close()


def told(company, workflow):
    case = find(company.runtime.database, workflow)
    memory = Forecasts(company.runtime.database)
    return forecasts.of_workflow(company.runtime, memory, case.workflow, case.plan)


def hours(company, span):
    instants = (span.first_at, span.median_at, span.last_at)
    return [(each - company.now) / timedelta(hours=1) for each in instants]


def ahead(company, quote):
    memory = Forecasts(company.runtime.database)
    routed = preview(company.runtime, quote)
    standing = foresee(company.runtime, routed)
    return forecasts.of_preview(company.runtime, memory, routed, standing)


def test_without_history_it_says_so_and_of_whom(company):
    worked(company, reviews=3)
    found = told(company, company.started())

    assert found.span is None
    assert found.lacks == (
        "Too little history: a role needs 8 answers, and Manager has 3, Finance has 3."
    )
    assert forecast_view(found) == {
        "probabilityPct": 80,
        "answers": 6,
        "lacks": found.lacks,
    }


def test_who_always_takes_as_long_will_take_as_long_again(company):
    worked(company)
    workflow = company.started()
    found = told(company, workflow)

    assert found.answers == 2 * ENOUGH
    assert hours(company, found.span) == [8, 8, 8]
    assert hours(company, found.steps["manager"]) == [8, 8, 8]
    assert hours(company, found.steps["finance"]) == [8, 8, 8]


def test_a_preview_says_what_the_review_would_be_told(company):
    worked(company, manager=(2, 5, 9), finance=(3, 8, 20, 30))
    quote = company.quote("Q-next")
    before = ahead(company, quote)

    assert before == told(company, company.submit(quote).workflow)
    assert before.span.first_at < before.span.median_at < before.span.last_at


def test_what_has_passed_already_counts(company):
    # Half of the time quickly, half of the time late.
    worked(company, reviews=2 * ENOUGH, manager=(1,), finance=(2, 20))
    workflow = company.started()
    at_first = hours(company, told(company, workflow).span)
    company.act(workflow, "manager", "approve", "maria")
    company.wait(hours=3)
    after = told(company, workflow)

    assert at_first[0] <= 2
    assert at_first[2] == 20
    # Who has not answered quickly answers late.
    assert hours(company, after.span) == [17, 17, 17]
    assert set(after.steps) == {"finance"}


def test_stages_come_one_after_the_other(company):
    for _ in range(ENOUGH):
        workflow = company.started(amount="2000000")
        company.wait(hours=6)
        company.act(workflow, "manager", "approve", "maria")
        company.act(workflow, "finance", "approve", "fred")
        company.wait(hours=6)
        company.act(workflow, "cfo", "approve", "carl")
        company.wait(hours=12)
    found = told(company, company.started(amount="2000000"))

    assert hours(company, found.steps["manager"]) == [6, 6, 6]
    assert hours(company, found.steps["cfo"]) == [12, 12, 12]
    assert hours(company, found.span) == [12, 12, 12]


def test_open_tasks_say_that_it_takes_longer(company):
    worked(company, finance=(4,))
    before = hours(company, told(company, company.started()).span)
    for _ in range(60):
        company.started()
    company.wait(hours=100)
    after = hours(company, told(company, company.started()).span)

    assert before[2] == 8
    assert after[2] > 100


def test_a_review_that_has_ended_is_told_nothing(company):
    workflow = worked(company)[-1]
    recalled = company.started()
    company.recall(recalled)

    assert told(company, workflow) is None
    assert told(company, recalled) is None
    assert ahead(company, company.quote("Q-fine", margin_pct="30")) is None


def test_what_would_stand_of_the_review_before_is_waited_for_no_more(company):
    worked(company)
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "return", "fred")
    quote = company.case(workflow).quote_id
    company.quote(quote, revision=2, margin_pct="23")
    found = ahead(company, quote)

    assert set(found.steps) == {"finance"}


def test_a_forecast_made_again_later_is_the_one_that_was_told(either):
    company = either
    worked(company, manager=(2, 5, 9), finance=(3, 8, 20, 30))
    said = {}
    for _ in range(6):
        workflow = company.started()
        said[workflow] = told(company, workflow).span
        company.wait(hours=7)
        company.act(workflow, "manager", "approve", "maria")
        company.act(workflow, "finance", "approve", "fred")
        company.wait(hours=1)
    company.wait(days=9)
    found = forecasts.judged(company.runtime)
    again = {each.review.id: each.span for each in found.said}

    assert {workflow: again[workflow] for workflow in said} == said


def test_the_last_forecasts_are_judged_by_what_came(company):
    worked(company, reviews=12)
    late, early = company.started(), company.started()
    company.wait(hours=1)
    company.act(early, "manager", "approve", "maria")
    company.act(early, "finance", "approve", "fred")
    rejected, waiting = company.started(), company.started()
    company.act(rejected, "finance", "reject", "fred")
    company.wait(hours=30)
    company.act(late, "manager", "approve", "maria")
    company.act(late, "finance", "approve", "fred")
    found = forecasts.judged(company.runtime)
    outcomes = {each.review.id: each.outcome for each in found.said}

    assert (outcomes[late], outcomes[early], outcomes[waiting]) == (
        "late",
        "early",
        "open",
    )
    assert rejected not in outcomes
    # Of the first eight too little was known.
    assert (found.held, found.silent, found.otherwise) == (4, 8, 1)
    assert (found.looked_at, len(found.said)) == (16, 7)


def test_those_that_cannot_be_judged_are_passed_over_and_counted(company):
    worked(company, reviews=12)
    company.submit(company.quote("Q-fine", margin_pct="30"))
    rejected = company.started()
    company.act(rejected, "finance", "reject", "fred")
    company.wait(hours=30)
    company.started()
    one, three, all_of = (forecasts.judged(company.runtime, n) for n in (1, 3, 99))

    # Among three times one there is none.
    assert (one.said, one.looked_at) == ((), 3)
    assert (one.waiting, one.otherwise, one.unasked) == (1, 1, 1)
    assert (len(three.said), three.looked_at, three.silent) == (3, 6, 0)
    assert all_of.said[:3] == three.said
    assert (all_of.looked_at, all_of.silent, len(all_of.said)) == (15, 8, 4)


def test_a_review_whose_span_has_not_passed_is_not_judged_yet(company):
    worked(company)
    company.started()
    before = forecasts.judged(company.runtime)
    company.wait(hours=9)

    assert len(forecasts.judged(company.runtime).said) == len(before.said) + 1


def test_a_page_reads_the_past_once_in_some_minutes(company):
    worked(company, reviews=2)
    workflow = company.started()
    case = find(company.runtime.database, workflow)
    memory, sent = Forecasts(company.runtime.database), []
    engine = company.runtime.database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: sent.append(call[2]))
    counts = []
    for _ in range(3):
        sent.clear()
        forecasts.of_workflow(company.runtime, memory, case.workflow, case.plan)
        reads = [each for each in sent if "approval_task" in each]
        counts.append((len(reads), sum("SELECT" in each for each in sent)))
    company.wait(minutes=6)
    sent.clear()
    forecasts.of_workflow(company.runtime, memory, case.workflow, case.plan)

    assert counts[0][0] == 1
    assert counts[1:] == [(0, 1), (0, 1)]
    assert sum("approval_task" in each for each in sent) == 1
