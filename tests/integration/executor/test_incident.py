"""
A workflow that broke is held by an incident; nothing else notices.
"""

import pytest
from sqlalchemy import text

from approval_engine.errors import InvalidState
from approval_engine.executor.commands.tick import tick
from approval_engine.operations.check import replay_all

BROKEN = [b"", b"{}", b'{"v":0}', b"not json", b'{"serializer_version":"1.0"}']


def break_state(company, workflow, state):
    with company.runtime.database.begin() as transaction:
        transaction.execute(
            text("UPDATE workflow_instance SET state = :state WHERE id = :id"),
            {"state": state, "id": workflow},
        )


@pytest.mark.broken
@pytest.mark.parametrize("state", BROKEN)
def test_a_state_that_cannot_be_read_holds_its_workflow_alone(company, state):
    broken, whole = company.started(), company.started()
    break_state(company, broken, state)

    with pytest.raises(InvalidState, match=f"'{broken}' is held by incident 'IN-1'"):
        company.act(broken, "finance", "approve", "fred")
    with pytest.raises(InvalidState, match="is held by incident 'IN-1'"):
        company.act(broken, "manager", "approve", "maria")
    assert company.task(broken, "finance").is_open
    assert company.act(whole, "finance", "approve", "fred").result == "applied"
    assert [r.workflow for r in replay_all(company.runtime) if r.difference] == [broken]


@pytest.mark.broken
def test_an_answer_that_was_given_is_given_again_by_a_held_workflow(company):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred", key="k")
    break_state(company, workflow, b"{}")
    with pytest.raises(InvalidState, match="is held by incident 'IN-1'"):
        company.act(workflow, "manager", "approve", "maria", key="k")

    again = company.act(workflow, "finance", "approve", "fred", key="k")
    assert (again.result, again.replayed) == ("applied", True)


@pytest.mark.broken
def test_the_clock_leaves_a_held_workflow_alone(company):
    workflow = company.started()
    break_state(company, workflow, b"{}")
    company.wait(days=30)

    with pytest.raises(InvalidState, match="is held by incident"):
        tick(company.runtime, workflow)
    assert tick(company.runtime, workflow) is None
    assert "task_escalated" not in company.log(workflow)
