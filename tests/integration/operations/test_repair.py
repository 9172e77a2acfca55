"""
Repair: rows become again what their events say, and only as long as these hold.
"""

import pytest
from sqlalchemy import text

from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.history.reading import timeline
from approval_engine.operations.incidents import close
from approval_engine.operations.repair import repair
from approval_engine.store import incidents
from tests.integration.executor.company import Company
from tests.integration.executor.test_append_only import unguard

ROOT = Caller(actor="root", channel="cli:root")


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


def execute(company, *statements):
    with company.runtime.database.begin() as transaction:
        for statement in statements:
            values = {"state": b"x"} if ":state" in statement else {}
            assert transaction.execute(text(statement), values).rowcount


BREAKS = [
    (("UPDATE workflow_instance SET state = :state",), ("state",)),
    (("UPDATE workflow_instance SET status = 'approved'",), ("status",)),
    (
        ("UPDATE workflow_instance SET timers = '[]', next_due_at = NULL",),
        ("timers",),
    ),
    (
        ("UPDATE approval_task SET status = 'approved', is_open = 0 WHERE number = 1",),
        ("tasks",),
    ),
    (("DELETE FROM approval_task WHERE number = 2",), ("tasks",)),
    (
        (
            "UPDATE approval_task SET assignee = 'mallory'",
            "UPDATE workflow_instance SET account = 'OTHER', steps = 9",
        ),
        ("account", "steps", "tasks"),
    ),
]


@pytest.mark.parametrize(("statements", "fields"), BREAKS)
def test_rows_that_were_changed_become_what_the_events_say(company, statements, fields):
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")
    before = company.case(workflow)
    execute(company, *statements)
    assert not company.is_sound()

    found = repair(company.runtime, workflow, ROOT)
    assert (found.fields, found.events) == (fields, before.seq + 1)
    after = company.case(workflow)
    assert (after.tasks, after.state, after.timers) == (
        before.tasks,
        before.state,
        before.timers,
    )
    last = timeline(company.runtime.database, workflow)[-1]
    assert (last.event.action, last.event.actor) == ("repaired", "root")
    assert last.view()["data"] == {"fields": list(fields)}
    assert company.findings() == ()
    company.act(workflow, "manager", "approve", "maria")
    answer = company.act(workflow, "finance", "approve", "fred")
    assert answer.status == "approved"
    assert company.is_sound()


def test_rows_that_are_right_are_left_alone(company):
    workflow = company.started()
    before = company.case(workflow)

    assert repair(company.runtime, workflow, ROOT).fields == ()
    assert company.case(workflow) == before
    with pytest.raises(NotFound, match="There is no workflow 'WF-1'"):
        repair(company.runtime, "WF-1", ROOT)


@pytest.mark.broken
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflow_event SET actor = 'carl' WHERE seq = 3",
        "DELETE FROM workflow_event WHERE seq = 2",
        "UPDATE workflow_instance SET head = 'other'",
    ],
)
def test_events_that_do_not_hold_repair_nothing(company, statement):
    workflow = company.started()
    unguard(company)
    execute(company, "UPDATE workflow_instance SET steps = 9", statement)

    with pytest.raises(InvalidState, match=r"event [234] is changed or missing"):
        repair(company.runtime, workflow, ROOT)
    assert company.case(workflow).steps == 9


def test_an_incident_stays_until_somebody_closes_it_in_his_name(company):
    workflow = company.started()
    execute(company, "UPDATE workflow_instance SET state = :state")
    with pytest.raises(InvalidState, match="is held by incident 'IN-1'"):
        company.act(workflow, "manager", "approve", "maria")
    with pytest.raises(InvalidState, match="does not replay"):
        close(company.runtime, "IN-1", "root")

    assert repair(company.runtime, workflow, ROOT).fields == ("state",)
    with pytest.raises(InvalidState, match="is held by incident 'IN-1'"):
        company.act(workflow, "manager", "approve", "maria")
    close(company.runtime, "IN-1", "root")
    with company.runtime.database.read() as transaction:
        (closed,) = incidents.listed(transaction, closed=True)
    assert closed.closed_by == "root"
    assert company.act(workflow, "manager", "approve", "maria").result == "applied"
    assert company.findings() == ()
