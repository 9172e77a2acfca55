"""
Where other systems approve by accident: each case has one outcome, on both databases.
"""

import pytest

from approval_engine.errors import DocumentError, InvalidState, PlanError
from approval_engine.history.explain import lines
from approval_engine.history.reading import find, timeline
from approval_engine.operations import intake
from approval_engine.operations.preview import preview
from approval_engine.store import workflows
from tests.integration.executor.company import STEPS, directory, document
from tests.integration.executor.exceptions import BAND, INPUTS, LADDERS, POLICY
from tests.integration.executor.exceptions import quote as priced


def import_people(company, roles=None, inactive=()):
    people = directory()
    people["roles"] = {**people["roles"], **(roles or {})}
    people["users"] = [
        {**user, "active": user["id"] not in inactive} for user in people["users"]
    ]
    intake.import_directory(company.runtime, document(people))


def stored(company):
    with company.runtime.database.read() as transaction:
        return workflows.ids(transaction)


def last(company, workflow):
    return timeline(company.runtime.database, workflow)[-1].view()


def tick(company, workflow):
    from approval_engine.executor.commands.tick import tick as command

    return command(company.runtime, workflow)


def test_where_no_rule_fires_the_record_names_the_policy_that_approved(company):
    workflow = company.started(margin_pct="30")
    told = list(lines(find(company.runtime.database, workflow)))

    assert last(company, workflow)["action"] == "workflow_approved"
    assert last(company, workflow)["data"] == {
        "by": "auto_approved_by_policy",
        "policy": "deal-desk",
        "policyVersion": "1",
        "fingerprint": company.case(workflow).fingerprint,
    }
    assert told[-1] == {
        "steps": 0,
        "because": "auto_approved_by_policy",
        "policy": "1",
    }
    assert company.is_sound()


def test_what_people_approved_does_not_say_that_the_policy_did(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")

    assert "by" not in last(company, workflow)["data"]


def test_where_no_rule_fires_a_policy_may_refuse(make_company):
    company = make_company(noTrigger="refuse")

    with pytest.raises(InvalidState, match="no trigger of policy 'deal-desk' version"):
        company.started(margin_pct="30")
    assert stored(company) == ()


NOBODY = [
    pytest.param({"roles": {"finance": []}}, id="no members"),
    pytest.param({"inactive": ("fred", "fiona")}, id="all inactive"),
]


@pytest.mark.parametrize("people", NOBODY)
def test_a_role_of_nobody_goes_to_the_fallback_and_is_never_approved(company, people):
    import_people(company, **people)
    workflow = company.started()
    task = company.task(workflow, "finance")

    assert (task.role, task.candidates) == ("deal_desk", ("dana",))
    company.act(workflow, "manager", "approve", "maria")
    assert company.case(workflow).status == "pending"


@pytest.mark.parametrize("people", NOBODY)
def test_with_nobody_in_the_fallback_either_it_is_a_plan_error_in_the_preview(
    company, people
):
    roles = {**people.get("roles", {}), "deal_desk": []}
    import_people(company, roles=roles, inactive=people.get("inactive", ()))
    company.quote("Q-1")

    for plan in (lambda: preview(company.runtime, "Q-1"), company.submit):
        with pytest.raises(PlanError, match="no-eligible-approver element=finance"):
            plan()
    assert stored(company) == ()


@pytest.mark.parametrize("people", NOBODY)
def test_a_role_that_is_empty_later_is_passed_over_and_never_approved(company, people):
    workflow = company.started()
    nobody = {"director": [], "cfo": [], "finance": []}
    import_people(company, roles={**nobody, **people.get("roles", {})})
    company.wait(days=14)
    tick(company, workflow)
    task = company.task(workflow, "finance")

    assert (task.role, task.candidates) == ("deal_desk", ("dana",))
    assert company.case(workflow).status == "pending"


def test_with_nobody_left_at_all_it_holds(company):
    workflow = company.started()
    import_people(company, roles={role: [] for role in directory()["roles"]})
    company.wait(days=14)
    tick(company, workflow)

    assert "timer_exhausted" in company.log(workflow)
    assert company.case(workflow).status == "pending"


TOP = LADDERS["sales"]
UNLIMITED = {"sales": [*TOP, {"role": "legal", "unlimited": True}]}
COMMITTEE = {"sales": [*TOP, {"committee": {"quorum": 2, "of": 3}}]}


def test_an_amount_above_the_top_is_refused_with_the_number(make_company):
    company = make_company(**POLICY)
    priced(company, 1, discount_pct="20", amount="900000")

    with pytest.raises(PlanError, match="amount=900000, but that is above the top"):
        company.submit("Q-1")
    assert stored(company) == ()
    assert company.submit(priced(company, 2, discount_pct="20", amount="899999.99"))


@pytest.mark.parametrize(
    ("ladders", "steps"),
    [(UNLIMITED, {"legal"}), (COMMITTEE, {"sales_committee"})],
    ids=["unlimited", "committee"],
)
def test_an_amount_above_the_top_asks_who_is_unlimited_or_the_committee(
    make_company, ladders, steps
):
    company = make_company(**{**POLICY, "ladders": ladders})
    priced(company, 1, discount_pct="20", amount="900000")
    workflow = company.submit("Q-1").workflow

    assert {task.step for task in company.case(workflow).open_tasks} == steps
    assert company.is_sound()


@pytest.mark.parametrize(
    ("amount", "steps"),
    [
        ("99999.99", {"manager"}),
        ("100000", {"director"}),
        ("100000.01", {"director"}),
        ("499999.99", {"director"}),
        ("500000.00", {"cfo"}),
    ],
)
def test_an_amount_on_a_threshold_belongs_to_the_upper_side(
    make_company, amount, steps
):
    company = make_company(**POLICY)
    priced(company, 1, discount_pct="10", amount=amount)
    shown = preview(company.runtime, "Q-1").plan.steps
    workflow = company.submit("Q-1").workflow

    assert {step.id for step in shown} == steps
    assert {task.step for task in company.case(workflow).open_tasks} == steps


@pytest.mark.parametrize(
    ("margin", "asked"), [("23.99", True), ("24", False), ("24.00", False)]
)
def test_a_margin_on_the_floor_is_fine_and_a_cent_below_is_not(
    make_company, margin, asked
):
    company = make_company(**POLICY)
    priced(company, 1, discount_pct="0", margin_pct=margin)

    assert bool(company.submit("Q-1").steps) == asked


def test_a_quote_in_another_currency_is_refused_with_both(company):
    company.quote("Q-1", currency="EUR")

    with pytest.raises(DocumentError, match=r"in USD.*but it is in EUR"):
        company.submit()
    assert stored(company) == ()


CREDIT = {
    "triggers": [
        {**BAND, "when": {"amount": ">= 100000"}, "require": ["finance"]},
        {
            "id": "credit",
            "reason": "credit_note",
            "when": {"amount": "< 0"},
            "require": ["cfo"],
        },
    ],
    "inputs": INPUTS,
    "steps": {name: STEPS.get(name, {}) for name in ("finance", "cfo")},
    "noTrigger": "refuse",
}
CREDIT["triggers"][0].pop("ladder")


def test_a_credit_is_an_ordinary_value_and_zero_must_be_covered(make_company):
    company = make_company(**CREDIT)
    credit = company.submit(priced(company, 1, amount="-0.01")).workflow

    assert {task.step for task in company.case(credit).open_tasks} == {"cfo"}
    with pytest.raises(InvalidState, match="no trigger"):
        company.submit(priced(company, 2, amount="0"))


def test_a_negative_margin_is_below_every_floor(make_company):
    company = make_company(**{**POLICY, "triggers": POLICY["triggers"][:2]})
    workflow = company.submit(
        priced(company, 1, discount_pct="0", margin_pct="-12.5")
    ).workflow

    assert company.task(workflow, "finance").is_open
