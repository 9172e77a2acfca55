"""
The event log cannot be changed through the database, and a change is found.
"""

import pytest
from sqlalchemy import text

from approval_engine.errors import StorageError
from approval_engine.operations.check import verify_all


def execute(company, statement, **values):
    with company.runtime.database.begin() as transaction:
        transaction.execute(text(statement), values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflow_event SET actor = 'nobody'",
        "DELETE FROM workflow_event WHERE seq = 4",
    ],
)
def test_the_database_refuses_to_change_the_log(company, statement):
    company.started()

    with pytest.raises(StorageError, match="append-only"):
        execute(company, statement)
    assert company.is_sound()


@pytest.mark.broken
@pytest.mark.parametrize("seq", [1, 3, 5])
def test_whoever_gets_past_the_guard_is_found_by_the_chain(company, seq):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")
    unguard(company)
    execute(
        company, "UPDATE workflow_event SET actor = 'carl' WHERE seq = :seq", seq=seq
    )

    (found,) = verify_all(company.runtime)
    assert (found.workflow, found.first_altered) == (workflow, seq)


@pytest.mark.broken
def test_a_cut_tail_is_found_by_the_head_that_the_workflow_remembers(company):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")
    unguard(company)
    execute(company, "DELETE FROM workflow_event WHERE seq = 5")

    assert verify_all(company.runtime, workflow)[0].first_altered == 5


def unguard(company):
    if company.runtime.database.is_sqlite:
        for verb in ("update", "delete"):
            execute(company, f"DROP TRIGGER workflow_event_no_{verb}")
    else:
        execute(company, "ALTER TABLE workflow_event DISABLE TRIGGER USER")
