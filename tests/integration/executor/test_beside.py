"""
Escalation beside a task: the next role shares its seat; whoever is first answers it.
"""

import pytest

from approval_engine.errors import Forbidden, InvalidState
from tests.integration.executor.firm import firm, hop, is_sound, late, started, told

LADDER = [{"role": "director"}, {"role": "cfo"}]


@pytest.fixture
def make_beside(make_company):
    def make(**changes):
        return firm(make_company, escalateMode="add", escalateTo=LADDER, **changes)

    return make


def statuses(company, workflow, step="finance"):
    tasks = company.case(workflow).seats(step)
    return [(task.role, str(task.status)) for task in tasks]


def test_a_second_task_shares_the_seat_and_the_first_stays(make_beside):
    company = make_beside()
    workflow = started(company)
    late(company, workflow)
    first, second = company.case(workflow).seats("finance")

    assert (first.role, first.candidates) == ("finance", ("fred", "fiona"))
    assert (second.role, second.candidates) == ("director", ("dora", "dirk"))
    assert (first.seat, first.escalation_level) == (second.seat, 0) == (1, 0)
    assert (second.escalation_level, hop(company, workflow)["beside"]) == (1, second.id)
    assert second.opened_at == company.now < second.due_at
    assert company.case(workflow).tally("finance").seats == 1
    assert told(company, "escalated") == {"fred", "fiona"}
    assert told(company, "asked") >= {"dora", "dirk"}
    assert is_sound(company)


def test_the_first_task_has_moved_on_when_the_second_answers(make_beside):
    company = make_beside()
    workflow = started(company)
    late(company, workflow)
    answer = company.act(workflow, "finance", "approve", "dora", task="T-3")

    assert answer.status == "approved"
    assert statuses(company, workflow) == [
        ("finance", "escalated"),
        ("director", "approved"),
    ]
    with pytest.raises(InvalidState, match="it is escalated by 'dora'"):
        company.act(workflow, "finance", "approve", "fred", task="T-2")
    assert is_sound(company)


def test_the_second_task_is_not_required_when_the_first_answers(make_beside):
    company = make_beside()
    workflow = started(company)
    late(company, workflow)
    company.act(workflow, "finance", "reject", "fred", task="T-2")

    assert statuses(company, workflow) == [
        ("finance", "rejected"),
        ("director", "not_required"),
    ]
    assert company.case(workflow).status == "rejected"
    assert is_sound(company)


def test_each_rung_is_asked_beside_those_below(make_beside):
    company = make_beside()
    workflow = started(company)
    late(company, workflow, times=2)
    with pytest.raises(Forbidden, match="not one of those asked"):
        company.act(workflow, "finance", "approve", "carl", task="T-2")
    company.act(workflow, "finance", "approve", "dirk", task="T-3")

    assert statuses(company, workflow) == [
        ("finance", "escalated"),
        ("director", "approved"),
        ("cfo", "not_required"),
    ]
    assert is_sound(company)


def test_the_seats_of_a_quorum_stay_as_many_as_they_were(make_beside):
    company = make_beside(completion={"quorum": 2}, members={"cfo": ["carl"]})
    workflow = started(company)
    late(company, workflow)
    tasks = company.case(workflow).seats("finance")
    assert [task.seat for task in tasks] == [1, 2, 1, 2]
    assert [task.assignee for task in tasks] == ["fred", "fiona", "dora", "dirk"]

    company.act(workflow, "finance", "approve", "dora", task=tasks[2].id)
    assert company.case(workflow).status == "pending"
    assert company.case(workflow).tally("finance").pending == 1
    assert [status for _, status in statuses(company, workflow)] == [
        "escalated", "open", "approved", "open",
    ]  # fmt: skip
    # Who has answered one seat under another name has no second one.
    with pytest.raises(Forbidden, match="it is with 'fiona'"):
        company.act(workflow, "finance", "approve", "dora", task=tasks[1].id)
    company.act(workflow, "finance", "approve", "fiona", task=tasks[1].id)
    assert company.case(workflow).status == "approved"
    assert is_sound(company)


def test_nobody_new_on_a_rung_is_no_rung(make_beside):
    company = make_beside(members={"director": ["fred"], "cfo": ["fiona"]})
    workflow = started(company)
    late(company, workflow)

    assert company.case(workflow).seats("finance")[1].role == "deal_desk"
    assert hop(company, workflow)["skipped"] == [
        {"role": "director", "because": "fred: is asked already"},
        {"role": "cfo", "because": "fiona: is asked already"},
    ]
    assert is_sound(company)


def test_a_ladder_beside_that_ends_closes_all_of_its_tasks(make_beside):
    company = make_beside(onExhausted="reject")
    workflow = started(company)
    late(company, workflow, times=3)

    assert company.case(workflow).status == "rejected"
    assert {status for _, status in statuses(company, workflow)} == {"not_required"}
    asked = {"fred", "fiona", "dora", "dirk", "carl"}
    assert told(company, "timed_out") == asked | {"dana"}
    assert is_sound(company)
