"""
Each rule of the truth table as people meet it: when it approves, rejects, or waits.

The counting alone is tried in every order by the unit tests.
"""

import pytest

from approval_engine.errors import PlanError
from approval_engine.executor.commands.tick import tick
from approval_engine.operations import intake
from tests.integration.executor.company import ROLES, STEPS, directory, document

WORDS = {"a": "approve", "r": "reject"}
LAWYERS = ("lara", "leo", "lena")


def review(make_company, completion, **step):
    """
    A company, and a workflow that three lawyers decide by this rule.
    """
    legal = {"role": "legal", "chain": "legal", "ask": "everyone"}
    lawyers = step.pop("lawyers", LAWYERS)
    step["completion"] = completion
    if step.get("onTimeout") == "approve":
        step["approveOnTimeout"] = True
    company = make_company(steps={**STEPS, "legal": legal | step})
    people = directory()
    people["roles"] = {**ROLES, "legal": [*lawyers]}
    intake.import_directory(company.runtime, document(people))
    return company, company.started(margin_pct="30", clause=True)


def said(company, workflow, answers):
    """
    The status after each answer, in the order of the seats; all is sound.
    """
    seats = company.case(workflow).seats("legal")
    statuses = [
        company.act(workflow, "legal", WORDS[word], seat.assignee, task=seat.id).status
        for seat, word in zip(seats, answers, strict=False)
    ]
    left = {
        str(task.status)
        for task in company.case(workflow).seats("legal")[len(answers) :]
    }
    assert left <= {"open" if statuses[-1] == "pending" else "not_required"}
    assert company.findings() == ()
    return statuses


def waits(count, end):
    return ["pending"] * count + [end]


@pytest.mark.parametrize(
    ("answers", "statuses"),
    [
        ("a", ["approved"]),
        ("rra", waits(2, "approved")),
        ("rrr", waits(2, "rejected")),
    ],
)
def test_any_needs_one_yes_and_ends_with_the_last_no(make_company, answers, statuses):
    company, workflow = review(make_company, "any")
    assert said(company, workflow, answers) == statuses


@pytest.mark.parametrize(("answer", "status"), [("a", "approved"), ("r", "rejected")])
def test_the_first_response_decides_whatever_it_is(make_company, answer, status):
    company, workflow = review(make_company, "first_response")
    assert said(company, workflow, answer) == [status]


@pytest.mark.parametrize(
    ("answers", "statuses"),
    [("aaa", waits(2, "approved")), ("r", ["rejected"]), ("ar", waits(1, "rejected"))],
)
def test_all_needs_every_yes_and_ends_with_the_first_no(
    make_company, answers, statuses
):
    company, workflow = review(make_company, "all")
    assert said(company, workflow, answers) == statuses


@pytest.mark.parametrize(
    ("answers", "statuses"),
    [
        ("aa", waits(1, "pending")),
        ("arr", waits(2, "approved")),
        ("rrr", waits(2, "rejected")),
    ],
)
def test_all_respond_waits_for_everybody_and_one_yes_is_enough(
    make_company, answers, statuses
):
    company, workflow = review(make_company, "all_respond_any")
    assert said(company, workflow, answers) == statuses


@pytest.mark.parametrize(
    ("answers", "statuses"),
    [
        ("aa", waits(1, "approved")),
        ("ara", waits(2, "approved")),
        ("rr", waits(1, "rejected")),
        ("arr", waits(2, "rejected")),
    ],
)
def test_a_quorum_needs_its_number_and_ends_once_it_is_out_of_reach(
    make_company, answers, statuses
):
    company, workflow = review(make_company, {"quorum": 2})
    assert said(company, workflow, answers) == statuses


@pytest.mark.parametrize(
    ("percent", "answers", "statuses"),
    [
        ("33", "a", ["approved"]),
        ("33", "rrr", waits(2, "rejected")),
        ("34", "aa", waits(1, "approved")),
        ("34", "rr", waits(1, "rejected")),
        ("67", "aaa", waits(2, "approved")),
        ("67", "r", ["rejected"]),
    ],
)
def test_a_percentage_of_the_seats_is_rounded_up(
    make_company, percent, answers, statuses
):
    company, workflow = review(make_company, {"percent": percent})
    assert said(company, workflow, answers) == statuses


# Carl of the veto role has the first seat.
BOSS_FIRST = ("carl", "lara", "leo")
OVER = [{"rule": "any"}, {"rule": "all_respond_any"}, {"quorum": 2}, {"percent": 50}]


@pytest.mark.parametrize("rule", OVER, ids=str)
@pytest.mark.parametrize(("role", "status"), [("cfo", "rejected"), ("cro", "pending")])
def test_a_veto_ends_at_once_what_another_no_does_not(make_company, rule, role, status):
    completion = rule | {"veto": [role]}
    company, workflow = review(make_company, completion, lawyers=BOSS_FIRST)
    assert said(company, workflow, "r") == [status]


def test_without_a_veto_the_rule_beneath_decides(make_company):
    completion = {"quorum": 2, "veto": ["cfo"]}
    company, workflow = review(make_company, completion, lawyers=BOSS_FIRST)
    assert said(company, workflow, "ara") == waits(2, "approved")


@pytest.mark.parametrize(
    ("rule", "answers", "statuses"),
    [
        ({"quorum": 2}, "aaa", waits(2, "approved")),
        ({"quorum": 2}, "aar", waits(2, "approved")),
        ({"quorum": 2}, "rra", waits(2, "rejected")),
        ({"rule": "all"}, "raa", waits(2, "rejected")),
        ({"rule": "any", "veto": ["legal"]}, "raa", waits(2, "rejected")),
    ],
)
def test_whoever_waits_for_all_decides_nothing_before_the_last_answer(
    make_company, rule, answers, statuses
):
    company, workflow = review(make_company, rule | {"waitForAll": True})
    assert said(company, workflow, answers) == statuses


def test_a_quorum_of_more_than_there_are_is_a_plan_error(make_company):
    with pytest.raises(PlanError, match="quorum-unreachable element=legal"):
        review(make_company, {"quorum": 4})


def test_a_quorum_of_all_there_are_is_none(make_company):
    company, workflow = review(make_company, {"quorum": 3})
    assert said(company, workflow, "aaa") == waits(2, "approved")


UNDECIDED = [
    ("any", "r"),
    ("first_response", ""),
    ("all", "a"),
    ("all_respond_any", "aa"),
    ({"quorum": 2}, "a"),
    ({"percent": 50}, "a"),
    ({"quorum": 2, "veto": ["cfo"]}, "a"),
]


@pytest.mark.parametrize(("rule", "answers"), UNDECIDED, ids=str)
@pytest.mark.parametrize(
    ("silence", "status"),
    [("approve", "approved"), ("reject", "rejected"), ("escalate", "pending")],
)
def test_what_is_undecided_at_its_deadline_ends_as_the_policy_says(
    make_company, rule, answers, silence, status
):
    later = {"slaHours": 8, "onTimeout": silence, "escalateTo": [{"role": "director"}]}
    company, workflow = review(make_company, rule, **later)
    if answers:
        assert said(company, workflow, answers)[-1] == "pending"
    company.now = company.case(workflow).next_due_at
    assert tick(company.runtime, workflow)

    assert company.case(workflow).status == status
    assert ("task_escalated" in company.log(workflow)) is (silence == "escalate")
    assert company.findings() == ()
