"""
What a newer program has written is left to it: nobody is harmed, nothing is held.
"""

import orjson
import pytest
from sqlalchemy import text

from approval_engine import worker
from approval_engine.errors import StorageError
from approval_engine.executor.answer import Caller
from approval_engine.operations.repair import repair
from approval_engine.store import incidents
from approval_engine.store.upgrade import OLDEST


@pytest.fixture
def workflow(company):
    """
    A review whose state is of a version that nobody here knows, and due besides.
    """
    found = company.started()
    with company.runtime.database.begin() as transaction:
        query = text("SELECT state FROM workflow_instance WHERE id = :id")
        state = orjson.loads(transaction.execute(query, {"id": found}).scalar_one())
        state["v"] = 3
        values = {"id": found, "state": orjson.dumps(state)}
        change = text("UPDATE workflow_instance SET state = :state WHERE id = :id")
        transaction.execute(change, values)
    company.wait(days=9)
    return found


def rows(company):
    with company.runtime.database.read() as transaction:
        assert incidents.listed(transaction, closed=True) == ()
        query = text("SELECT state, seq FROM workflow_instance")
        return transaction.execute(query).all()


@pytest.mark.broken
def test_who_decides_is_asked_to_come_again(company, workflow, api):
    before = rows(company)
    task = company.task(workflow, "finance").id
    path, body = f"/api/v1/tasks/{task}/actions", {"action": "approve"}
    answer = api("fred").post(path, json=body, headers={"Idempotency-Key": "k"})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert rows(company) == before


@pytest.mark.broken
def test_the_worker_puts_it_off_and_moves_the_others(company, workflow):
    before = rows(company)
    done = worker.once(company.runtime)
    assert (done.put_off, done.held) == ((workflow,), ())
    assert rows(company) == before

    other = company.started()
    company.wait(days=9)
    done = worker.once(company.runtime)
    assert done.fired == 1
    assert company.log(other)[-1] != "task_opened"


@pytest.mark.broken
def test_a_repair_does_not_throw_it_away(company, workflow):
    before = rows(company)
    with pytest.raises(StorageError, match="newer program"):
        repair(company.runtime, workflow, Caller(actor="ada", channel="t"))

    assert rows(company) == before


def test_a_schema_that_shuts_this_program_out_sends_everybody_elsewhere(
    company, browser
):
    company.started()
    worker_of_before = worker.Pulse(company.runtime)
    worker_of_before.beat()
    assert browser.get("/readyz").status_code == 200
    with company.runtime.database.begin() as transaction:
        for statement, values in (
            ("UPDATE alembic_version SET version_num = '9999'", {}),
            ("UPDATE setting SET value = '9999 9999' WHERE name = :n", {"n": OLDEST}),
        ):
            transaction.execute(text(statement), values)

    assert browser.get("/readyz").status_code == 503
    company.wait(minutes=1)
    with pytest.raises(StorageError, match="use the newer program"):
        worker_of_before.beat()


def test_a_schema_that_only_adds_changes_nothing(company, browser):
    with company.runtime.database.begin() as transaction:
        query = text("SELECT version_num FROM alembic_version")
        known = transaction.execute(query).scalar_one()
        for statement, values in (
            ("UPDATE alembic_version SET version_num = '9999'", {}),
            (
                "UPDATE setting SET value = :told WHERE name = :n",
                {"told": f"{known} 9999", "n": OLDEST},
            ),
        ):
            transaction.execute(text(statement), values)

    assert browser.get("/readyz").status_code == 200
    company.started()
    worker.once(company.runtime)
