"""
Rows of the table of edge cases that are about people and what they ask for.
"""

import pytest

from approval_engine.errors import Conflict, Forbidden, InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.override import Override, override
from approval_engine.history.reading import find
from approval_engine.operations.intake import add_delegation
from tests.integration.executor.company import STEPS, TRIGGERS
from tests.integration.executor.office import staff, told


def reasons(company, workflow, step):
    plan = find(company.runtime.database, workflow).plan
    (planned,) = [each for each in plan.steps if each.id == step]
    return [reason.trigger for reason in planned.reasons]


def test_approver_is_submitter_single_goes_one_level_up(company):
    workflow = company.submit(
        company.quote("Q-9", submittedBy="maria"), actor="maria"
    ).workflow

    assert company.task(workflow, "manager").assignee == "dora"
    with pytest.raises(Forbidden, match="submitter of the quote"):
        company.act(workflow, "manager", "approve", "maria")


def test_approver_is_submitter_pool_is_asked_without_him(company):
    workflow = company.submit(
        company.quote("Q-9", submittedBy="fred"), actor="fred"
    ).workflow

    assert company.task(workflow, "finance").candidates == ("fiona",)
    with pytest.raises(Forbidden, match="submitter of the quote"):
        company.act(workflow, "finance", "claim", "fred")


@pytest.mark.parametrize(
    ("higher", "asked"),
    [((), ("deal_desk", ("dana",))), (("director",), ("director", ("dora", "dirk")))],
)
def test_approver_is_submitter_pool_that_becomes_empty_asks_the_next_authority(
    make_company, higher, asked
):
    levels = [{"role": role, "afterHours": 24} for role in higher]
    company = make_company(
        steps={**STEPS, "cfo": {**STEPS["cfo"], "escalateTo": levels}}
    )
    huge = {"margin_pct": "30", "amount": "2000000"}
    own = company.quote("Q-9", submittedBy="carl", **huge)
    workflow = company.submit(own, actor="carl").workflow
    task = company.task(workflow, "cfo")

    assert (task.role, task.candidates) == asked
    with pytest.raises(Forbidden, match="submitter of the quote"):
        company.act(workflow, "cfo", "approve", "carl")
    other = company.started(**huge)
    assert company.task(other, "cfo").candidates == ("carl",)


def test_approver_is_submitter_through_no_side_door(company):
    """
    Handing over, giving away, adding, standing in and overriding lead to nothing.
    """
    workflow = staff(company).submit(company.quote("Q-9", owner="ada")).workflow
    for actor, action in (
        ("fred", "delegate"),
        ("abe", "reassign"),
        ("fred", "add-approver"),
    ):
        for to in ("sam", "ada"):
            with pytest.raises(Forbidden, match=f"'{to}' must not decide"):
                company.act(workflow, "finance", action, actor, to=to)
    wish = Override(workflow=workflow, decision="approve", comment="mine")
    with pytest.raises(Forbidden, match="owner of the quote"):
        override(company.runtime, wish, Caller(actor="ada", channel="t"))

    window = (company.now, company.now.replace(day=20))
    add_delegation(company.runtime, ("sam", "fred"), window, None)
    with pytest.raises(Forbidden, match="'fred' must not decide: acts for 'sam'"):
        company.act(workflow, "finance", "approve", "fred")
    assert {task.status for task in company.case(workflow).tasks} == {"open"}


def test_different_rules_that_name_the_same_role_merge_into_one_step(make_company):
    low = {**TRIGGERS[2], "id": "low", "when": {"amount": ">= 1"}}
    triggers = [*TRIGGERS[:2], {**low, "require": ["legal"]}]
    company = make_company(triggers=triggers)
    workflow = company.started(clause=True)
    legal = [task for task in company.case(workflow).tasks if task.step == "legal"]

    assert len({task.element for task in legal}) == 1
    assert [task.assignee for task in legal] == ["lara", "leo", "lena"]
    assert told(company, workflow, "asked").count("lara") == 1
    assert reasons(company, workflow, "legal") == ["clause", "low"]
    assert reasons(company, company.started(), "legal") == ["low"]


def test_rejected_in_one_branch_ends_the_others_and_keeps_who_had_approved(company):
    workflow = company.started(clause=True)
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "reject", "fred")
    tasks = {task.step: task for task in company.case(workflow).tasks}

    assert tasks["manager"].status == "approved"
    assert tasks["manager"].closed_by == "maria"
    assert tasks["legal"].status == "not_required"
    assert told(company, workflow, "rejected") == ["sam"]


def test_a_decision_on_a_cancelled_task_is_told_who_ended_it(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.recall(workflow)

    with pytest.raises(InvalidState, match="it is cancelled by 'sam' at 2026-03-02"):
        company.act(workflow, "finance", "approve", "fred")
    with pytest.raises(InvalidState, match="it is approved by 'maria' at 2026-03-02"):
        company.act(workflow, "manager", "reject", "maria")
    assert company.findings() == ()


def test_the_same_request_sent_twice_is_answered_once(company):
    workflow = company.started()
    once = company.act(workflow, "finance", "approve", "fred", key="k-1")
    again = company.act(workflow, "finance", "approve", "fred", key="k-1")
    assert (again.replayed, again.result) == (True, once.result)
    with pytest.raises(Conflict):
        company.act(workflow, "finance", "approve", "fred", key="k-1", comment="x")
    # Another key after the decision: the same decision is no news, another is refused.
    other = company.act(workflow, "finance", "approve", "fred", key="k-2")
    assert other.result == "duplicate"
    with pytest.raises(InvalidState, match="it is approved by 'fred'"):
        company.act(workflow, "finance", "reject", "fred", key="k-3")
    assert company.log(workflow).count("task_approved") == 1


def test_everything_a_quote_lacks_is_said_in_one_refusal(make_company):
    needs = {**TRIGGERS[0], "needs": ["justification", "attachment:redline"]}
    company = make_company(triggers=[needs, *TRIGGERS[1:]], steps=STEPS)
    lacks = (
        "it lacks a justification \\(trigger 'margin'\\),"
        " attachment 'redline' \\(trigger 'margin'\\)"
    )
    with pytest.raises(InvalidState, match=lacks):
        company.submit(company.quote("Q-1"))

    file = {"name": "redline.pdf", "mediaType": "application/pdf", "sha256": "0" * 64}
    whole = {"justification": "a pilot", "attachments": [file]}
    assert company.submit(company.quote("Q-2", **whole)).status == "pending"


def test_a_question_to_the_submitter_never_lets_him_decide(company):
    workflow = company.started()
    company.act(workflow, "finance", "request-info", "fred")
    company.act(workflow, "finance", "provide-info", "sam")

    for action in ("approve", "reject", "return", "claim", "request-info"):
        with pytest.raises(Forbidden, match="submitter of the quote"):
            company.act(workflow, "finance", action, "sam", comment="mine")
