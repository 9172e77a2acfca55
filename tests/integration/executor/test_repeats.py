"""
The same person twice: his second step is answered by what he said, if he saw it all.
"""

import pytest

from tests.integration.executor.company import STEPS, TRIGGERS


def plan(*steps, dedupe=None):
    """
    A policy whose margin rule asks these people by name, one stage after the other.
    """
    triggers = [
        {
            "id": "margin",
            "reason": "below_floor",
            "when": {"margin_pct": "< 24"},
            "require": [name for name, _ in steps],
        }
    ]
    rules = {
        name: {"role": "manager", "assign": f"user:{person}", "stage": number}
        for number, (name, person) in enumerate(steps, start=1)
    }
    defaults = {"slaHours": 24, "fallbackRole": "deal_desk"}
    if dedupe:
        defaults["dedupe"] = dedupe
    return {"triggers": triggers, "steps": rules, "defaults": defaults}


def asked(company, workflow):
    return [task.step for task in company.case(workflow).open_tasks]


def test_same_approver_twice_in_a_row(make_company):
    company = make_company(**plan(("deal", "maria"), ("price", "maria")))
    workflow = company.started()
    answer = company.act(workflow, "deal", "approve", "maria")
    original = company.task(workflow, "deal")
    (record,) = company.facts(workflow, "task_carried")

    assert answer.status == "approved"
    assert record["because"] == "same_approver"
    assert (record["workflow"], record["task"]) == (workflow, original.id)
    assert record["seq"] == original.closed_seq
    assert company.task(workflow, "price").closed_by == "maria"
    assert company.findings() == ()


def test_a_second_approver_is_asked(make_company):
    company = make_company(**plan(("deal", "maria"), ("price", "mona")))
    workflow = company.started()

    assert company.act(workflow, "deal", "approve", "maria").status == "pending"
    assert asked(company, workflow) == ["price"]


def test_dedupe_can_be_off(make_company):
    company = make_company(**plan(("deal", "maria"), ("price", "maria"), dedupe="off"))
    workflow = company.started()
    company.act(workflow, "deal", "approve", "maria")

    assert asked(company, workflow) == ["price"]
    assert company.findings() == ()


@pytest.mark.parametrize(
    ("mode", "left"), [("consecutive", ["last"]), ("plan", []), ("off", ["last"])]
)
def test_same_approver_not_consecutive(make_company, mode, left):
    """
    A, B, A: asked again, unless the mode is plan.
    """
    steps = (("deal", "maria"), ("price", "mona"), ("last", "maria"))
    company = make_company(**plan(*steps, dedupe=mode))
    workflow = company.started()
    company.act(workflow, "deal", "approve", "maria")
    company.act(workflow, "price", "approve", "mona")

    assert asked(company, workflow) == left
    assert company.findings() == ()


def test_one_click_never_approves_what_somebody_else_comes_before(make_company):
    """
    A, A, B, A: the first click answers the second step and not the last one.
    """
    steps = (("a", "maria"), ("b", "maria"), ("c", "mona"), ("d", "maria"))
    company = make_company(**plan(*steps))
    workflow = company.started()
    company.act(workflow, "a", "approve", "maria")
    assert asked(company, workflow) == ["c"]
    company.act(workflow, "c", "approve", "mona")
    assert asked(company, workflow) == ["d"]
    assert company.act(workflow, "d", "approve", "maria").status == "approved"
    assert company.findings() == ()


def test_who_has_not_seen_all_facts_is_asked_again(make_company):
    size = {
        "id": "size",
        "reason": "large",
        "when": {"amount": "> 100000"},
        "require": ["price"],
    }
    changes = plan(("deal", "maria"), ("price", "maria"))
    changes["triggers"] = [*changes["triggers"], size]
    company = make_company(**changes)

    seen = company.started(amount="50000")
    assert company.act(seen, "deal", "approve", "maria").status == "approved"
    unseen = company.started(amount="184000")
    company.act(unseen, "deal", "approve", "maria")
    assert asked(company, unseen) == ["price"]
    assert company.findings() == ()


def test_a_pool_that_he_is_only_one_of_is_asked(make_company):
    steps = {"deal": {**STEPS["finance"]}, "price": {"role": "finance", "stage": 2}}
    triggers = [{**TRIGGERS[0], "require": ["deal", "price"]}]
    company = make_company(steps=steps, triggers=triggers)
    workflow = company.started()
    company.act(workflow, "deal", "approve", "fred")

    assert asked(company, workflow) == ["price"]
    assert company.findings() == ()


def test_where_approvers_must_differ_nobody_answers_twice(make_company):
    changes = plan(("deal", "maria"), ("price", "maria"))
    changes["steps"]["price"]["distinctApprovers"] = True
    company = make_company(**changes)
    workflow = company.started()
    company.act(workflow, "deal", "approve", "maria")

    assert asked(company, workflow) == ["price"]


def test_a_repeated_approval_is_carried_to_the_next_revision(make_company):
    company = make_company(**plan(("deal", "maria"), ("price", "maria")))
    first = company.started()
    company.act(first, "deal", "approve", "maria")
    company.wait(hours=1)
    second = company.revised(first, margin_pct="22").workflow
    found = company.facts(second, "task_carried")

    assert [each["because"] for each in found] == ["better", "better"]
    assert {each["workflow"] for each in found} == {first}
    assert company.case(second).status == "approved"
    assert company.findings() == ()
