"""
What decisions rest on cannot be changed: triggers stop everybody, rights the server.
"""

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from approval_engine import worker
from approval_engine.errors import StorageError
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import canary as ending
from approval_engine.history.evidence import keys
from approval_engine.history.evidence.checkpoint import write
from approval_engine.operations import canary
from approval_engine.operations.canary_wish import Wish
from approval_engine.operations.invariants import check_all
from approval_engine.store.roles import grants
from tests.integration.executor.company import Company, document, policy

# Table, a change of any row, and whether rows may be taken away.
CHANGES = {
    "workflow_event": ("actor = 'nobody'", False),
    "checkpoint": ("statement = '{}'", False),
    "document": ("kind = 'other'", False),
    "event_text": ("body = 'other words'", True),
    "policy": ("sha256 = sha256", False),
    "process_version": ("deployed_by = 'nobody'", False),
}


@pytest.fixture
def company(ready_database_url, tmp_path):
    made = full(ready_database_url, tmp_path)
    yield made
    made.runtime.database.close()


def full(url, folder):
    """
    A company with a row in every table that is guarded.
    """
    company = Company(url)
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred", comment="fine")
    path = folder / "checkpoint.txt"
    signer = keys.make(folder / "private.pem")
    write(company.runtime.database, signer, company.now, lambda _: path)
    run(
        company,
        "INSERT INTO process_version SELECT 'p', 1, 'part', sha256, sha256, 's', '{}',"
        " 'modeler', 'f', '2026', 'dana' FROM document WHERE kind = 'definition'",
    )
    return company


def run(company, statement):
    with company.runtime.database.begin() as transaction:
        return transaction.execute(text(statement)).rowcount


def refused(company, statement):
    with pytest.raises(StorageError, match="append-only"):
        run(company, statement)
    return True


def test_what_is_written_stays_as_it_is(company):
    for table, (change, _) in CHANGES.items():
        assert refused(company, f"UPDATE {table} SET {change}")  # noqa: S608 our own
    assert company.findings() == ()


def test_what_is_written_is_not_taken_away_but_for_what_people_wrote(company):
    for table, (_, erasable) in CHANGES.items():
        statement = f"DELETE FROM {table}"  # noqa: S608 our own
        if erasable:
            assert run(company, statement) == 1
        else:
            assert refused(company, statement)
    assert company.findings() == ()


def test_which_policy_counts_may_change(company):
    assert run(company, "UPDATE policy SET status = 'retired'") == 1


@pytest.mark.postgres
def test_no_table_of_them_is_emptied_at_once(fresh_database, tmp_path):
    company = full(fresh_database("postgresql", ready=True), tmp_path)

    for table in CHANGES:
        assert refused(company, f"TRUNCATE {table} CASCADE")
    company.runtime.database.close()


@pytest.fixture
def served(fresh_database, postgres_url):
    """
    The address of a database for a role that only serves, and for its owner.
    """
    owner = fresh_database("postgresql", ready=True)
    role = "serves_" + owner.rpartition("test_")[2][:8]
    address = owner.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        for _ in range(2):
            for statement in grants(role):
                connection.execute(statement)
    yield owner.replace("://postgres:", f"://{role}:"), owner
    with psycopg.connect(address, autocommit=True) as connection:
        dropping = sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}")
        connection.execute(dropping.format(sql.Identifier(role)))


@pytest.mark.postgres
def test_a_role_that_serves_does_all_that_people_ask(served, tmp_path):
    """
    From the import to the end, with the worker and the checks; nothing by its owner.
    """
    company = full(served[0], tmp_path)
    company.wait(days=6)
    worker.once(company.runtime)
    desk = Caller(actor="dana", channel="t")
    new = document(policy(version="9"))
    canary.start(company.runtime, Wish(document=new, share=5000), desk)
    done = company.started()
    worker.once(company.runtime)
    ending.stop(company.runtime, desk)
    for step, person in (("manager", "maria"), ("finance", "fred")):
        company.act(done, step, "approve", person)
    company.recall(company.started())
    revised = company.revised(company.started(), margin_pct="20").workflow

    assert company.case(done).status == "approved"
    assert company.case(revised).supersedes
    assert check_all(company.runtime).findings == ()
    company.runtime.database.close()


FORBIDDEN = (
    "UPDATE policy_canary_quote SET differs = 0",
    "DELETE FROM policy_canary_event",
    "UPDATE workflow_event SET actor = 'nobody'",
    "DELETE FROM workflow_event",
    "TRUNCATE workflow_event CASCADE",
    "ALTER TABLE workflow_event DISABLE TRIGGER USER",
    "DROP TABLE workflow_event CASCADE",
    "UPDATE document SET kind = 'x'",
    "DELETE FROM document",
    "UPDATE event_text SET body = 'x'",
    "DELETE FROM event_text",
    "UPDATE policy SET sha256 = sha256",
    "DELETE FROM policy",
    "UPDATE checkpoint SET statement = 'x'",
    "DELETE FROM process_version",
    "UPDATE quote SET sha256 = sha256",
    "DELETE FROM workflow_instance",
    "UPDATE alembic_version SET version_num = '0001'",
    "SET session_replication_role = replica",
)


@pytest.mark.postgres
def test_a_role_that_serves_changes_nothing_that_is_recorded(served):
    address = served[0].replace("postgresql+psycopg:", "postgresql:")
    for statement in FORBIDDEN:
        with (
            psycopg.connect(address) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)

    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM workflow_event").fetchone()
