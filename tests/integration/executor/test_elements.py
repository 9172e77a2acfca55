"""
Where every element of the drawing stands, as the log and the clock say.
"""

import pytest

from approval_engine.executor import engine
from approval_engine.executor.commands.tick import tick
from approval_engine.executor.elements import Course, State, elements
from approval_engine.executor.trail import trail
from approval_engine.store import events


def states(company, workflow):
    """
    The elements by their ids.
    """
    case = company.case(workflow)
    with company.runtime.database.read() as transaction:
        log = events.of(transaction, workflow)
        passed = trail(company.runtime, transaction, case, log)
        definition = company.runtime.definition(transaction, case.evidence.definition)
    course = Course(
        workflow=case,
        log=log,
        trail=passed,
        arrived=engine.arrived(definition, case.state),
        now=company.now,
    )
    found = elements(definition.nodes.values(), course)
    assert {each.node.id for each in found} == set(definition.nodes)
    return {each.node.id: each for each in found}


def in_state(found, state):
    return {each for each, element in found.items() if element.state is state}


def test_what_was_passed_waits_and_lies_ahead(company):
    workflow = company.started()
    assert list(states(company, workflow))[:4] == [
        "submitted",
        "fork_1",
        "task_manager",
        "task_finance",
    ]
    company.act(workflow, "manager", "approve", "maria")
    found = states(company, workflow)

    assert in_state(found, State.FINISHED) == {
        *("submitted", "fork_1", "task_manager", "decided_manager")
    }
    waiting = in_state(found, State.ACTIVE)
    assert waiting >= {"task_finance", "due_finance", "remind_finance_1", "join_1"}
    assert found["join_1"].arrived == ("decided_manager",)
    assert found["approved"].state is State.AHEAD
    assert found["rejected_manager"].state is State.AHEAD
    assert [e.action for e in found["decided_manager"].events] == ["task_approved"]


def test_what_is_late_is_overdue_and_what_rang_has_rung(company):
    workflow = company.started()
    company.wait(hours=5)
    found = states(company, workflow)
    assert in_state(found, State.OVERDUE) == {"remind_finance_1"}

    tick(company.runtime, workflow)
    found = states(company, workflow)
    assert found["remind_finance_1"].state is State.FINISHED
    assert found["reminded_finance_1"].state is State.FINISHED
    assert in_state(found, State.OVERDUE) == set()

    company.wait(days=9)
    assert in_state(states(company, workflow), State.OVERDUE) >= {
        *("task_finance", "task_manager", "due_manager")
    }


@pytest.mark.parametrize("end", ["reject", "return"])
def test_an_answer_ends_it_and_cancels_the_others(company, end):
    workflow = company.started()
    company.act(workflow, "manager", end, "maria")
    found = states(company, workflow)
    verdict = {"reject": "rejected", "return": "returned"}[end]

    assert in_state(found, State.CANCELLED) == {"task_finance"}
    assert found[f"{verdict}_manager"].state is State.FINISHED
    assert found["task_manager"].state is State.FINISHED
    assert in_state(found, State.ACTIVE) == set()


def test_a_recall_leaves_nothing_waiting(company):
    workflow = company.started()
    company.recall(workflow)
    found = states(company, workflow)

    assert in_state(found, State.CANCELLED) == {"task_manager", "task_finance"}
    assert in_state(found, State.ACTIVE) == set()


def test_an_approval_reaches_its_end(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")
    found = states(company, workflow)

    assert found["join_1"].state is State.FINISHED
    assert found["approved"].state is State.FINISHED
    assert not in_state(found, State.ACTIVE) | in_state(found, State.CANCELLED)


def test_a_log_that_was_altered_still_shows_the_tasks(company):
    workflow = company.started()
    case = company.case(workflow)
    with company.runtime.database.read() as transaction:
        log = events.of(transaction, workflow)
        assert trail(company.runtime, transaction, case, log[1:]) == ()
        assert len(trail(company.runtime, transaction, case, log)) == 2
