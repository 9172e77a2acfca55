"""
What a scrape counts, and that it opens no row for it.
"""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from approval_engine.domain.lifecycle import TaskStatus, WorkflowStatus
from approval_engine.store import gauges, incidents
from approval_engine.store.gauges import CAP
from tests.integration.store.rows import NOON, make_task, make_workflow, put

CLOSED = {"status": TaskStatus.APPROVED, "closed_at": NOON}


def read(database, at=NOON):
    with database.read() as transaction:
        return gauges.read(transaction, at)


def message(database, number, status, next_attempt_at):
    columns = (
        "id, event_id, workflow_id, kind, recipient, status, attempts,"
        " next_attempt_at, created_at"
    )
    statement = text(
        f"INSERT INTO outbox ({columns}) SELECT :id, id, workflow_id, 'opened', 'fred',"  # noqa: S608 our own columns
        " :status, 0, :next, '2026-03-06T11:00:00.000000Z' FROM workflow_event LIMIT 1"
    )
    values = {"id": f"m-{number}", "status": status, "next": next_attempt_at}
    with database.begin() as transaction:
        transaction.execute(statement, values)


def test_an_empty_database_has_nothing_to_count(database):
    found = read(database)

    assert (found.open_tasks, found.late_tasks, found.incidents) == ({}, {}, 0)
    assert set(found.workflows) == set(WorkflowStatus)
    assert set(found.workflows.values()) == {0}
    assert (found.timer_due_at, found.outbox_due_at) == (None, None)
    assert (found.workers.workers, found.workers.seen_at) == (0, None)


def test_open_tasks_are_counted_by_role_and_late_ones_too(database):
    tasks = [
        make_task(1),
        make_task(2, assignee="fred"),
        make_task(3, role="legal"),
        make_task(4, role="legal", **CLOSED),
    ]
    put(database, make_workflow(tasks=tasks))
    found = read(database, NOON + timedelta(minutes=2))

    assert found.open_tasks == {"finance": 2, "legal": 1}
    assert found.late_tasks == {"finance": 1, "legal": 0}
    assert found.workflows["pending"] == 1


def test_what_is_held_is_counted_while_it_is(database):
    put(database, make_workflow(tasks=[make_task(1)]))
    with database.begin() as transaction:
        held = incidents.add(transaction, "WF-1", "timer", "x", "2026-03-06T11:00:00Z")
    assert read(database).incidents == 1

    with database.begin() as transaction:
        incidents.close(transaction, held, "ada", "2026-03-06T12:00:00Z")
    assert read(database).incidents == 0


def explained(database):
    """
    The plans of what a scrape asks that grows with the database.
    """
    sent = []
    with database.read() as transaction:
        event.listen(
            transaction,
            "before_cursor_execute",
            lambda *details: sent.append((details[2], details[3])),
        )
        gauges.read(transaction, NOON)
    verb = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.read() as transaction:
        return [
            str(transaction.exec_driver_sql(f"{verb} {statement}", values).all())
            for statement, values in sent
        ]


def test_a_scrape_reads_indexes_only(database):
    roles = ("finance", "legal", "vp")
    tasks = [
        make_task(n, role=roles[n % 3], **(CLOSED if n % 20 else {}))
        for n in range(1, 8000)
    ]
    put(database, make_workflow(tasks=tasks))
    with database.begin() as transaction:
        transaction.execute(text("ANALYZE"))
    open_tasks, workflows, sizes, *_ = explained(database)

    assert "ix_task_open" in open_tasks
    for scan in ("Seq Scan on approval_task", "SCAN approval_task'"):
        assert scan not in open_tasks
    # PostgreSQL opens no index of a table that is empty.
    if database.is_sqlite:
        for index in ("ix_outbox_waiting", "ix_outbox_dead", "ix_incident_open"):
            assert index in sizes
        assert workflows.count("ix_workflow_status") == len(WorkflowStatus)


def test_counting_ends_somewhere(database):
    sent = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *details: sent.append((details[2], details[3])),
    )
    read(database)
    limited = [values for statement, values in sent if "LIMIT" in statement]

    assert str(limited).count(str(CAP)) >= 3 + len(WorkflowStatus)


@pytest.mark.parametrize(
    ("status", "waiting", "dead"), [("waiting", 1, 0), ("dead", 0, 1), ("sent", 0, 0)]
)
def test_messages_are_counted_by_what_became_of_them(company, status, waiting, dead):
    company.started()
    database = company.runtime.database
    with database.begin() as transaction:
        transaction.execute(text("UPDATE outbox SET status = 'sent'"))
    due = None if status != "waiting" else "2026-03-06T11:58:00.000000Z"
    message(database, 1, status, due)
    found = read(database)

    assert (found.outbox_waiting, found.outbox_dead) == (waiting, dead)
    assert (found.outbox_due_at is not None) is bool(waiting)
    if waiting:
        assert NOON - found.outbox_due_at == timedelta(minutes=2)


@pytest.fixture
def company(ready_database_url):
    from tests.integration.executor.company import Company

    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()
