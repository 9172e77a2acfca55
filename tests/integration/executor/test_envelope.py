"""
Approving within bounds: who may give them, what they cover, and what lies outside.
"""

from datetime import UTC, datetime

import pytest

from approval_engine.errors import Forbidden, InvalidInput, InvalidState
from approval_engine.operations import intake
from tests.integration.executor.company import directory, document

INPUTS = [
    {"name": "margin_pct", "type": "number", "worse": "lower"},
    {"name": "discount_pct", "type": "number", "worse": "higher"},
    {"name": "amount", "type": "money", "worse": "higher"},
    {"name": "region", "type": "string"},
    {"name": "term_months", "type": "number"},
]
TRIGGERS = [
    {
        "id": "margin",
        "reason": "below_floor",
        "when": {"margin_pct": "< 24"},
        "require": ["finance"],
    },
    {
        "id": "discount",
        "reason": "above_authority",
        "when": {"discount_pct": ">= 10"},
        "ladder": "sales",
    },
]
LADDERS = {
    "sales": [
        {"role": "manager", "may": {"discount_pct": "< 20", "amount": "< 500000"}},
        {"role": "director", "may": {"discount_pct": "< 30"}},
    ]
}
QUOTE = {
    "discount_pct": "12",
    "margin_pct": "30",
    "region": "EMEA",
    "term_months": 24,
}


@pytest.fixture
def company(make_company):
    steps = {"manager": {"role": "manager"}, "finance": {"role": "finance"}}
    return make_company(inputs=INPUTS, triggers=TRIGGERS, ladders=LADDERS, steps=steps)


def started(company, within, **changes):
    workflow = company.started(**{**QUOTE, **changes})
    company.act(workflow, "manager", "approve", "maria", within=within)
    return workflow


def revised(company, workflow, **changes):
    return company.revised(workflow, **{**QUOTE, **changes}).workflow


def test_a_revision_inside_every_bound_carries_the_approval_over(company):
    first = started(company, "discount_pct<=18, amount<=200000")
    second = revised(company, first, discount_pct="18", amount="190000")
    (record,) = company.facts(second, "task_carried")

    assert record["because"] == "within_envelope"
    assert record["within"] == "discount_pct<=18,amount<=200000"
    assert company.case(second).status == "approved"
    assert company.findings() == ()


@pytest.mark.parametrize(
    "changes", [{"discount_pct": "18.5"}, {"discount_pct": "13", "amount": "200001"}]
)
def test_outside_he_is_asked_again_with_what_changed(company, changes):
    first = started(company, "discount_pct<=18,amount<=200000")
    second = revised(company, first, **changes)
    (planned,) = company.facts(second, "planned")
    (told,) = planned["askedAgain"]

    assert (told["person"], told["because"]) == ("maria", "worse")
    assert {each["name"] for each in told["changes"]} == set(changes)
    assert company.findings() == ()


def test_a_fact_without_bound_is_judged_as_ever(company):
    first = started(company, "discount_pct<=18")
    second = revised(company, first, discount_pct="15", amount="190000")

    assert company.task(second, "manager").is_open


def test_the_bounds_stand_in_the_record_of_the_approval(company):
    workflow = started(company, "discount_pct < 18")
    (record,) = company.facts(workflow, "task_approved")

    assert record["within"] == "discount_pct< 18"


@pytest.mark.parametrize(
    ("within", "words"),
    [
        ("discount_pct<=20", "ladder 'sales' does not cover discount_pct 20"),
        ("amount<=500000", "ladder 'sales' does not cover amount 500000"),
    ],
)
def test_bounds_beyond_his_own_authority_are_refused(company, within, words):
    workflow = company.started(**QUOTE)

    with pytest.raises(Forbidden, match=words):
        company.act(workflow, "manager", "approve", "maria", within=within)
    assert company.task(workflow, "manager").is_open
    allowed = within.replace("<=", "<")
    company.act(workflow, "manager", "approve", "maria", within=allowed)


def test_bounds_beyond_his_own_limits_are_refused(company):
    changed = directory()
    for user in changed["users"]:
        if user["id"] == "maria":
            user["limits"] = {"discount_pct": "<= 15"}
    intake.import_directory(company.runtime, document(changed))
    workflow = company.started(**QUOTE)

    with pytest.raises(Forbidden, match="limits of 'maria' do not cover"):
        company.act(workflow, "manager", "approve", "maria", within="discount_pct<=16")
    company.act(workflow, "manager", "approve", "maria", within="discount_pct<=15")


@pytest.mark.parametrize(
    ("within", "words"),
    [
        ("discount_pct<=11", "the quote already says 12"),
        ("colour<=5", "has no input 'colour'"),
        ("discount_pct>=5", "leaves open how bad it may become"),
        ("term_months<=36", "leaves open how bad it may become"),
        ("term_months>=1", "leaves open how bad it may become"),
        ("discount_pct<=20/0", "divided by a number, but not by 0"),
        ('discount_pct<="a"+1', "two numbers around"),
        ("discount_pct", "Expected bounds such as"),
        ("discount_pct<=,amount<=5", "Expected a bound"),
        ("discount_pct<=15,discount_pct<=16", "one bound per input"),
        ("region<=5", "region"),
        ("x" * 501, "at most 500 characters"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(company, within, words):
    workflow = company.started(**QUOTE)

    with pytest.raises(InvalidInput, match=words):
        company.act(workflow, "manager", "approve", "maria", within=within)
    assert company.task(workflow, "manager").is_open


def test_only_an_approval_has_bounds(company):
    workflow = company.started(**QUOTE)

    with pytest.raises(InvalidInput, match="only an approval has bounds"):
        company.act(workflow, "manager", "reject", "maria", within="discount_pct<=15")


def test_bounds_cover_only_his_own_step(company):
    first = company.started(**{**QUOTE, "margin_pct": "22"})
    within = "discount_pct<=18,margin_pct>=20"
    company.act(first, "manager", "approve", "maria", within=within)
    company.act(first, "finance", "approve", "fred")
    second = revised(company, first, discount_pct="17", margin_pct="21")

    assert company.task(second, "manager").status == "approved"
    assert company.task(second, "finance").is_open
    assert company.findings() == ()


def test_bounds_end_with_the_approval(make_company):
    company = make_company(
        inputs=INPUTS,
        triggers=TRIGGERS,
        ladders=LADDERS,
        steps={"finance": {"role": "finance"}},
        approvalValidDays=30,
    )
    first = started(company, "discount_pct<=18")
    company.now = datetime(2026, 4, 1, 23, 59, tzinfo=UTC)
    second = revised(company, first, discount_pct="15")
    assert not company.task(second, "manager").is_open

    company.wait(minutes=1)
    third = revised(company, second, discount_pct="15")
    assert company.task(third, "manager").is_open


def test_a_fact_that_is_worse_on_either_side_is_bounded_on_both(company):
    workflow = company.started(**QUOTE)
    company.act(workflow, "manager", "approve", "maria", within="term_months[12..36]")

    (record,) = company.facts(workflow, "task_approved")
    assert record["within"] == "term_months[12..36]"


@pytest.mark.parametrize(
    ("first", "other", "words"),
    [
        ("discount_pct<=15", "discount_pct<=18", "within discount_pct<=15"),
        ("discount_pct<=15", None, "within discount_pct<=15"),
        (None, "discount_pct<=18", "without bounds"),
    ],
)
def test_a_second_yes_with_other_bounds_is_refused(company, first, other, words):
    workflow = started(company, first)

    with pytest.raises(InvalidState, match=f"it is approved {words} already"):
        company.act(workflow, "manager", "approve", "maria", within=other)
    again = company.act(workflow, "manager", "approve", "maria", within=first)
    assert again.result == "duplicate"
    assert company.log(workflow).count("task_approved") == 1
    assert company.findings() == ()


def test_bounds_that_say_the_same_are_the_same(company):
    workflow = started(company, "discount_pct<=15,amount<=400000")

    bounds = " discount_pct <=15, amount <=400000"
    again = company.act(workflow, "manager", "approve", "maria", within=bounds)
    assert again.result == "duplicate"
