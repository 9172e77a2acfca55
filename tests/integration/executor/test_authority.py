"""
Authority when it counts: at every decision, at every hand-over, at every escalation.

The planner's own rules are tested in the unit tests; here somebody loses a right, or is
handed a task by a colleague or by the clock that he may not decide.
"""

import pytest

from approval_engine.errors import Forbidden
from approval_engine.executor.commands.tick import tick
from approval_engine.operations import intake
from approval_engine.operations.invariants import check_all
from tests.integration.executor.company import STEPS, directory, document

BIG = [{"id": "big", "reason": "big", "ladder": "sales", "when": {"amount": "> 0"}}]
SALES = {
    "sales": [
        {"role": "manager", "may": {"amount": "< 50000"}},
        {"role": "director", "may": {"amount": "< 500000"}},
        {"role": "cfo", "unlimited": True},
    ]
}
JOINT = {
    "sales": [
        {"role": "manager", "may": {"amount": "< 10"}},
        {"role": "director", "may": {"amount": "< 20"}},
        {"role": "cfo", "may": {"amount": "< 30"}},
        {"committee": {"quorum": 2, "of": 3}},
    ]
}


@pytest.fixture
def ladder(make_company):
    """
    Directors decide; the clock offers the task to managers first, then to the CFO.
    """
    levels = [
        {"role": "manager", "afterHours": 4},
        {"role": "cfo", "afterHours": 8},
    ]
    steps = {"director": {"role": "director", "escalateTo": levels}}
    return make_company(triggers=BIG, ladders=SALES, steps=steps)


@pytest.fixture
def committee(make_company):
    return make_company(triggers=BIG, ladders=JOINT, steps={})


def reimport(company, roles=None, **people):
    """
    Import the directory again, with these roles and these changes to people.
    """
    value = directory()
    value["roles"] = value["roles"] | (roles or {})
    value["users"] = [user | people.get(user["id"], {}) for user in value["users"]]
    intake.import_directory(company.runtime, document(value))


def test_a_role_that_was_taken_away_counts_for_a_claim_as_well(company):
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")
    reimport(company, {"finance": ["fiona"]})

    for action in ("approve", "reject", "delegate"):
        with pytest.raises(Forbidden, match="'fred' holds no role of"):
            company.act(workflow, "finance", action, "fred", to="fiona")
    company.act(workflow, "finance", "release", "fred")
    assert company.act(workflow, "finance", "approve", "fiona").result == "applied"
    assert not check_all(company.runtime).findings


def test_a_role_that_was_taken_away_counts_for_a_seat_of_ones_own(company):
    workflow = company.started(margin_pct="30", clause=True)
    seats = {t.assignee: t.id for t in company.case(workflow).seats("legal")}
    reimport(company, {"legal": ["leo", "lena"]})

    with pytest.raises(Forbidden, match="'lara' holds no role of legal"):
        company.act(workflow, "legal", "approve", "lara", task=seats["lara"])
    assert company.act(workflow, "legal", "approve", "leo", task=seats["leo"])


def test_a_manager_decides_by_his_rank_whatever_roles_he_holds(company):
    workflow = company.started()
    reimport(company, {"manager": ["mona"]})
    assert company.act(workflow, "manager", "approve", "maria").result == "applied"

    other = company.started()
    reimport(company, {"manager": ["mona"]}, sam={"manager": "mona"})
    with pytest.raises(Forbidden, match="'maria' holds no role of"):
        company.act(other, "manager", "approve", "maria")


def test_a_stand_in_needs_a_role_that_the_policy_would_ask(company):
    workflow = company.started()
    with pytest.raises(Forbidden, match="'olga' holds no role of"):
        company.act(workflow, "finance", "delegate", "fred", to="olga")

    company.act(workflow, "finance", "delegate", "fred", to="carl")
    reimport(company, {"cfo": []})
    with pytest.raises(Forbidden, match="'carl' holds no role of"):
        company.act(workflow, "finance", "approve", "carl")


def test_own_limits_count_at_the_decision(ladder):
    workflow = ladder.started(amount="100000")
    reimport(ladder, dora={"limits": {"amount": "< 60000"}})

    with pytest.raises(Forbidden, match="'dora' has no authority over amount 100000"):
        ladder.act(workflow, "director", "approve", "dora")
    assert ladder.act(workflow, "director", "approve", "dirk").status == "approved"


@pytest.mark.parametrize("to", ["maria", "dora", "fiona"])
def test_a_task_is_not_handed_to_whoever_has_no_authority_over_it(ladder, to):
    reimport(ladder, dora={"limits": {"amount": "< 60000"}})
    workflow = ladder.started(amount="100000")

    with pytest.raises(Forbidden, match=f"'{to}' (has no authority|holds no role)"):
        ladder.act(workflow, "director", "delegate", "dirk", to=to)
    ladder.act(workflow, "director", "delegate", "dirk", to="carl")
    assert ladder.act(workflow, "director", "approve", "carl").status == "approved"


def test_the_clock_passes_over_a_role_without_authority(ladder):
    workflow = ladder.started(amount="100000")
    ladder.wait(hours=4)
    tick(ladder.runtime, workflow)

    task = ladder.task(workflow, "director")
    assert (task.role, task.candidates, task.escalation_level) == ("cfo", ("carl",), 2)


def test_the_clock_holds_what_nobody_else_may_decide(ladder):
    reimport(ladder, {"cfo": []})
    workflow = ladder.started(amount="100000")
    ladder.wait(days=30)
    tick(ladder.runtime, workflow)

    # The fallback role has no place on the ladder, so it is not asked either.
    assert ladder.log(workflow)[-1] == "timer_exhausted"
    assert ladder.task(workflow, "director").candidates == ("dora", "dirk")


def test_a_seat_of_a_committee_stays_with_its_role(committee):
    workflow = committee.started(amount="100000")
    seats = {task.role: task for task in committee.case(workflow).tasks}
    assert {r: t.assignee for r, t in seats.items()} == {
        "manager": "maria",
        "director": "dora",
        "cfo": "carl",
    }

    step, seat = seats["cfo"].step, seats["director"]
    with pytest.raises(Forbidden, match="'mona' holds no role of cfo"):
        committee.act(
            workflow, step, "delegate", "carl", to="mona", task=seats["cfo"].id
        )
    committee.act(workflow, step, "delegate", "dora", to="dirk", task=seat.id)
    committee.act(workflow, step, "approve", "dirk", task=seat.id)
    committee.wait(days=30)
    tick(committee.runtime, workflow)

    # Nobody but a colleague of the same role could have taken a seat over.
    assert [task.assignee for task in committee.case(workflow).open_tasks] == [
        "maria",
        "carl",
    ]
    assert not check_all(committee.runtime).findings


def test_a_committee_of_one_can_decide(make_company):
    both = {"committee": {"quorum": 1, "of": 2}}
    rungs = [*JOINT["sales"][:2], both]
    company = make_company(triggers=BIG, ladders={"sales": rungs}, steps={})
    reimport(company, {"director": []})
    workflow = company.started(amount="100000")

    answer = company.act(workflow, "sales_committee", "approve", "maria")
    assert answer.status == "approved"


@pytest.mark.parametrize("apart", ["manager", "finance"])
def test_one_person_does_not_decide_two_steps_that_are_kept_apart(make_company, apart):
    steps = {**STEPS, apart: {**STEPS[apart], "distinctApprovers": True}}
    company = make_company(steps=steps)
    reimport(company, {"finance": ["maria", "fiona"]})
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")

    for action, actor in (("approve", "maria"), ("delegate", "fiona")):
        with pytest.raises(Forbidden, match="'maria' already decided step 'manager'"):
            company.act(workflow, "finance", action, actor, to="maria")
    assert company.act(workflow, "finance", "approve", "fiona").status == "approved"


def test_one_person_may_decide_two_steps_that_are_not_kept_apart(company):
    reimport(company, {"finance": ["maria", "fiona"]})
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")

    assert company.act(workflow, "finance", "approve", "maria").status == "approved"
