"""
Quotes in other currencies: the rate and its day are frozen at the first submit.
"""

import json
from datetime import date
from decimal import Decimal

import pytest

from approval_engine.errors import DocumentError, InvalidState
from approval_engine.history import ways
from approval_engine.history.reading import find
from approval_engine.operations.avoiding import of_workflow
from approval_engine.operations.population import Booked, judge_booked, population
from approval_engine.operations.rates import import_rates
from approval_engine.policy.rates import rate_of
from tests.integration.executor.exceptions import POLICY, ask, granted, row
from tests.integration.executor.exceptions import quote as priced

RATES = (
    b"currency,date,rate\nEUR,2026-02-27,1.10\nEUR,2026-03-04,1.30\n"
    b"JPY,2026-03-01,0.0067\n"
)


@pytest.fixture
def desk(make_company):
    return make_company(**POLICY, rates={"set": "corporate", "on": "first_submit"})


def given(company, body=RATES, name=None):
    return import_rates(company.runtime, body, "rates.csv", name)


def in_euro(company, number, amount, **changes):
    return priced(
        company, number, discount_pct="10", amount=amount, currency="EUR", **changes
    )


def steps(company, workflow):
    return {task.step for task in company.case(workflow).open_tasks}


def rate(company, workflow):
    return rate_of(find(company.runtime.database, workflow).evaluation)


@pytest.mark.parametrize(
    ("amount", "role"),
    [("90909.09", "manager"), ("90909.10", "director"), ("454545.46", "cfo")],
)
def test_thresholds_count_in_the_currency_of_the_policy(desk, amount, role):
    given(desk)
    workflow = desk.submit(in_euro(desk, 1, amount)).workflow

    assert steps(desk, workflow) == {role}
    found = rate(desk, workflow)
    assert (found.currency, found.into) == ("EUR", "USD")
    assert (found.on, found.rate) == (date(2026, 2, 27), Decimal("1.1"))
    assert desk.is_sound()


def test_a_revision_keeps_the_rate_so_that_a_move_alone_makes_nothing_worse(desk):
    given(desk)
    first = desk.submit(in_euro(desk, 1, "90000")).workflow
    desk.act(first, "manager", "return", "maria")
    desk.wait(days=3)
    in_euro(desk, 1, "90000", revision=2)
    second = desk.submit("Q-1").workflow
    fresh = desk.submit(in_euro(desk, 2, "90000")).workflow

    assert (steps(desk, second), steps(desk, fresh)) == ({"manager"}, {"director"})
    assert rate(desk, second) == rate(desk, first)
    assert rate(desk, fresh).on == date(2026, 3, 4)


def test_a_rate_that_is_corrected_later_changes_no_open_review(desk):
    given(desk)
    workflow = desk.submit(in_euro(desk, 1, "90000")).workflow
    given(desk, b"currency,date,rate\nEUR,2026-02-27,9.99\n")

    assert rate(desk, workflow).rate == Decimal("1.1")
    assert desk.act(workflow, "manager", "approve", "maria").status == "approved"
    assert desk.is_sound()


def test_lines_are_converted_with_their_total(make_company):
    lines = {"from": {"lines": "sum", "of": "net"}}
    inputs = [*POLICY["inputs"][:2], POLICY["inputs"][2] | lines]
    company = make_company(**{**POLICY, "inputs": inputs}, rates={"set": "corporate"})
    given(company)
    line = {
        "id": "1",
        "product": "Router",
        "family": "HW",
        "quantity": 3,
        "listPrice": "40000",
        "netPrice": "33333.33",
    }
    quote = in_euro(company, 1, "99999.99", lines=[line])

    assert steps(company, company.submit(quote).workflow) == {"director"}


def test_without_a_rate_up_to_that_day_it_is_refused(desk):
    with pytest.raises(DocumentError, match="a rate from EUR into USD of set"):
        desk.submit(in_euro(desk, 1, "90000"))
    given(desk, b"currency,date,rate\nEUR,2026-03-03,1.10\n")
    with pytest.raises(DocumentError, match="up to 2026-03-02"):
        desk.submit("Q-1")
    given(desk, name="another")
    with pytest.raises(DocumentError, match="run 'cpq rates import'"):
        desk.submit("Q-1")


def test_a_policy_without_rates_knows_its_own_currency_only(make_company):
    company = make_company(**POLICY)
    with pytest.raises(InvalidState, match="names no set of rates"):
        given(company)
    given(company, name="corporate")

    with pytest.raises(DocumentError, match="but it is in EUR"):
        company.submit(in_euro(company, 1, "90000"))


def test_an_exception_holds_in_the_currency_of_the_policy(desk):
    given(desk)
    granted(desk, within="discount_pct<=28,amount<=110000")
    inside = desk.submit(in_euro(desk, 1, "100000"))
    outside = desk.submit(in_euro(desk, 2, "100000.01"))

    assert (inside.steps, outside.steps) == (0, 1)
    assert row(desk, "EX-1").used == 1
    ask(desk)


def test_the_way_around_is_told_in_the_currency_of_the_policy(desk):
    given(desk)
    workflow = desk.submit(in_euro(desk, 1, "90000", margin_pct="20")).workflow
    case = find(desk.runtime.database, workflow)
    found = list(ways.lines(of_workflow(desk.runtime, case)))

    assert ("manager", "discount_pct", "9") in [
        (each["step"], each["change"], each["to"]) for each in found
    ]


def test_the_population_adds_up_each_currency_by_itself(desk):
    given(desk)
    desk.submit(in_euro(desk, 1, "100.50"))
    desk.submit(priced(desk, 2, amount="7"))
    found = population(desk.runtime, desk.now.date(), desk.now.date())
    booked = (
        Booked(quote="Q-1", amount=Decimal("100.50")),
        Booked(quote="Q-1", amount=Decimal("110.55")),
    )
    for each in ("WF-8809", "WF-8810"):
        step = desk.case(each).tasks[0]
        desk.act(each, step.step, "approve", step.assignee or step.candidates[0])

    assert [
        (total["currency"], total["amount"])
        for total in found.totals()
        if total["total"] == "submission"
    ] == [("EUR", "100.50"), ("USD", "7.00")]
    problems = [each["problem"] for each in judge_booked(desk.runtime, booked)]
    assert problems == ["other_amount"]


def test_rates_are_read_from_json_too(desk):
    values = [{"currency": "EUR", "date": "2026-02-27", "rate": "1.10"}]
    done = given(desk, json.dumps(values).encode())

    assert (done.count, done.into, done.name) == (1, "USD", "corporate")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"currency,rate\nEUR,1\n", "rates.csv:1: heading"),
        (b"currency,date,rate\nUSD,2026-01-01,1\n", "rates.csv:2: currency"),
        (b"currency,date,rate\nXXX,2026-01-01,1\n", "rates.csv:2: currency"),
        (b"currency,date,rate\nEUR,2026-13-01,1\n", "rates.csv:2: rate"),
        (b"currency,date,rate\nEUR,2026-01-01,0\n", "rates.csv:2: rate"),
        (b"currency,date,rate\nEUR,2026-01-01,1e3\n", "rates.csv:2: rate"),
        (b'[\n {"currency": "EUR"}]', "rates.csv:2: rate"),
        (b"currency,date,rate\nEUR,2026-01-01,1,1\n", "rates.csv:2: rate"),
        (b"currency,date,rate\n" + b"E" * 200_000, "rates.csv:2: syntax"),
        (b'currency,date,rate\nEUR,"2026', "rates.csv:2: syntax"),
        (b"currency,date,rate\n" + 2 * b"EUR,2026-01-01,1\n", "rates.csv:3: twice"),
        (b"{}", "rates.csv:1: type"),
        (b"\xff", "rates.csv:1: encoding"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(desk, body, place):
    with pytest.raises(DocumentError) as caught:
        given(desk, body)
    assert place in str(caught.value)
