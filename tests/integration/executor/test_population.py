"""
The population of some days: everything that was submitted or let pass, counted twice.
"""

import json
from datetime import date
from decimal import Decimal

import pytest

from approval_engine.errors import DocumentError
from approval_engine.operations.clearance import fingerprint_of
from approval_engine.operations.population import (
    Booked,
    judge_booked,
    population,
    read_booked,
)
from tests.integration.executor.exceptions import POLICY, granted, quote, submitted

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def desk(make_company):
    company = make_company(**POLICY)
    submitted(company, 1)
    granted(company, uses=1)
    submitted(company, 2, amount="100.10")
    company.wait(days=1)
    submitted(company, 3, discount_pct="0", amount="0.30")
    return company


def rows(found, kind):
    return [row for row in found.rows if row["kind"] == kind]


def test_every_submission_is_listed_with_what_it_was_worth(desk):
    found = population(desk.runtime, MONDAY, TUESDAY)

    assert [
        (row["quote"], row["status"], row["amount"], row["waived_by"])
        for row in rows(found, "submission")
    ] == [
        ("Q-1", "pending", "184000.00", []),
        ("Q-2", "approved", "100.10", ["EX-1"]),
        ("Q-3", "approved", "0.30", []),
    ]
    assert [row["quote"] for row in rows(found, "automatic_approval")] == ["Q-2", "Q-3"]
    (exception,) = rows(found, "exception")
    assert (exception["exception"], exception["used"], exception["granted_by"]) == (
        "EX-1",
        1,
        ["dora"],
    )


def test_its_totals_are_exact_and_agree_with_the_log(desk):
    found = population(desk.runtime, MONDAY, TUESDAY)

    assert list(found.totals()) == [
        {"total": "submission", "currency": "USD", "count": 3, "amount": "184100.40"},
        {
            "total": "automatic_approval",
            "currency": "USD",
            "count": 2,
            "amount": "100.40",
        },
        {"total": "exception", "count": 1},
        {"total": "override", "count": 0},
    ]
    assert found.agrees
    assert (found.control()["listed"], found.control()["logged"]) == (3, 3)


def test_a_day_begins_and_ends_in_the_zone_of_the_policy(desk):
    assert len(rows(population(desk.runtime, MONDAY, MONDAY), "submission")) == 2
    assert len(rows(population(desk.runtime, TUESDAY, TUESDAY), "submission")) == 1
    later = date(2026, 3, 4)
    assert population(desk.runtime, later, later).rows == ()


def test_the_same_population_has_the_same_hash(desk):
    first = population(desk.runtime, MONDAY, TUESDAY).control()
    desk.wait(days=5)
    again = population(desk.runtime, MONDAY, TUESDAY).control()
    other = population(desk.runtime, MONDAY, MONDAY).control()

    assert first == again
    assert first["sha256"] != other["sha256"]


def test_booked_orders_without_a_valid_approval_are_found(desk):
    quote(desk, 4)
    orders = (
        Booked(quote="Q-1"),
        Booked(quote="Q-2", revision=1, amount=Decimal("100.1")),
        Booked(quote="Q-2", amount=Decimal("100.11")),
        Booked(quote="Q-2", revision=2),
        Booked(quote="Q-3", fingerprint="0" * 64),
        Booked(quote="Q-3", fingerprint=fingerprint_of(desk.runtime, "Q-3")),
        Booked(quote="Q-4"),
    )
    found = judge_booked(desk.runtime, orders)

    assert [(row["booked"], row["problem"]) for row in found] == [
        ("Q-1", "not_approved:pending"),
        ("Q-2", "other_amount"),
        ("Q-2", "other_revision"),
        ("Q-3", "other_fingerprint"),
        ("Q-4", "never_submitted"),
    ]


def test_an_order_is_booked_on_the_fingerprint_that_its_approval_told(desk):
    workflow = desk.submit(quote(desk, 9, discount_pct="5")).workflow
    (told,) = desk.facts(workflow, "workflow_approved")
    held = Booked(quote="Q-9", fingerprint=told["fingerprint"])

    assert list(judge_booked(desk.runtime, [held])) == []


def test_more_orders_are_booked_than_one_question_can_name(desk):
    orders = [Booked(quote=f"B-{number}") for number in range(70_000)]

    assert len(list(judge_booked(desk.runtime, orders))) == 70_000


def test_an_order_booked_on_an_approval_that_a_revision_replaced_is_found(desk):
    quote(desk, 3, revision=2)
    assert desk.submit("Q-3").steps == 1

    (row,) = judge_booked(desk.runtime, [Booked(quote="Q-3")])
    assert row["problem"] == "not_approved:pending"


ORDERS = (
    Booked(quote="Q-1", revision=2, amount=Decimal("10.50")),
    Booked(quote="Q-2"),
)


def test_orders_are_read_from_csv_and_from_json_alike():
    table = b"quote,revision,amount\nQ-1,2,10.50\nQ-2,,\n"
    values = [{"quote": "Q-1", "revision": 2, "amount": "10.50"}, {"quote": "Q-2"}]

    assert read_booked(table, "o.csv") == ORDERS
    assert read_booked(json.dumps(values).encode(), "o.json") == ORDERS


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"order,amount\nQ-1,1\n", "o:1: heading"),
        (b"quote,amount\nQ-1,1\nQ-2,much\n", "o:3: order"),
        (b"quote,revision\nQ-1,0\n", "o:2: order"),
        (b'[{"quote": "Q-1"},\n {"qoute": "Q-2"}]', "o:2: unknown_key"),
        (b'{"quote": "Q-1"}', "o:1: type"),
        (b"quote\n\xff\n", "o:1: encoding"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(body, place):
    with pytest.raises(DocumentError) as caught:
        read_booked(body, "o")
    assert place in str(caught.value)
