"""
A database of the first schema becomes one of today's, and keeps what it holds.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)

from approval_engine import worker
from approval_engine.errors import Conflict
from approval_engine.store import upgrade as module
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade
from tests.integration.executor.company import MONDAY, Company

LEFT = Path(__file__).with_name("first_schema.json")
FOLDER = Path(module.__file__).with_name("migrations")


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    with database.begin() as transaction:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = transaction
        command.upgrade(config, "0001")
    yield database
    database.close()


def add(transaction, name, **given):
    """
    A row with something in every column that must not be empty.
    """
    table = Table(name, MetaData(), autoload_with=transaction)
    values = {
        column.name: given.get(column.name, _something(column.type))
        for column in table.columns
        if column.name in given or not column.nullable
    }
    transaction.execute(table.insert().values(values))


def _something(kind):
    if isinstance(kind, Integer):
        return 1
    return b"x" if isinstance(kind, LargeBinary) else "x"


def test_tasks_outlive_the_change_of_their_table(database):
    with database.begin() as transaction:
        add(transaction, "document")
        add(transaction, "workflow_instance", status="pending")
        add(transaction, "approval_task", workflow_id="x", status="open")
        before = transaction.execute(text("SELECT * FROM approval_task")).mappings()
        kept = dict(before.one())
    upgrade(database)

    with database.read() as transaction:
        after = transaction.execute(text("SELECT * FROM approval_task")).mappings()
        assert kept.items() <= dict(after.one()).items()
        indexes = {
            each["name"] for each in inspect(transaction).get_indexes("approval_task")
        }
    assert indexes >= {"ix_task_assignee", "ix_task_role"}


def test_a_seat_has_one_task_for_each_rung(database):
    upgrade(database)
    task = {"workflow_id": "x", "status": "open", "seat": 1}
    with database.begin() as transaction:
        add(transaction, "document")
        add(transaction, "workflow_instance", status="pending")
        add(transaction, "approval_task", **task, id="T-1", escalation_level=0)
        add(transaction, "approval_task", **task, id="T-2", escalation_level=1)

    with pytest.raises(Conflict), database.begin() as transaction:
        add(transaction, "approval_task", **task, id="T-3", escalation_level=1)


@pytest.fixture
def company(database):
    """
    What the first version left: seven reviews of one shape, in every state it knew.
    """
    with database.begin() as transaction:
        metadata = MetaData()
        metadata.reflect(transaction)
        for name, row in json.loads(LEFT.read_text(encoding="utf-8")):
            table = metadata.tables[name]
            transaction.execute(table.insert().values(_typed(table, row)))
        _number_on(transaction)
    company = Company(database.url.render_as_string(hide_password=False), found=True)
    company.now = MONDAY + timedelta(days=5, minutes=1)
    yield company
    company.runtime.database.close()


def _typed(table, row):
    return {
        name: value.encode()
        if isinstance(table.columns[name].type, LargeBinary) and value is not None
        else value
        for name, value in row.items()
    }


def _number_on(transaction):
    """
    New numbers follow on those that are taken.
    """
    taken = {"workflow": 8815, "task": 16, "delegation": 1}
    if transaction.dialect.name == "sqlite":
        following = {name: number + 1 for name, number in taken.items()}
        counter = Table("counter", MetaData(), autoload_with=transaction)
        transaction.execute(counter.update().values(following))
        return
    for name, number in taken.items():
        transaction.execute(select(func.setval(f"{name}_number", number)))


def test_what_the_first_version_recorded_still_holds(company):
    assert company.is_sound()
    assert company.findings() == ()


def test_lists_say_of_it_what_they_say_of_what_is_new(company):
    told = "SELECT DISTINCT amount, amount_minor, margin_pct, reasons"
    ahead = "SELECT person, step, workflow_id FROM task_ahead ORDER BY number"
    with company.runtime.database.read() as transaction:
        lists = transaction.execute(text(f"{told} FROM workflow_instance")).all()
        coming = transaction.execute(text(ahead)).all()

    assert lists == [("2000000", 200000000, "21.4", "below_floor large_deal")]
    # WF-8814 asks the CFO already, and the others have ended.
    assert coming == [("carl", "cfo", "WF-8813"), ("carl", "cfo", "WF-8815")]


def test_reviews_that_the_first_version_began_go_on(company):
    escalated, held, lent = "WF-8813", "WF-8814", "WF-8815"
    company.act(escalated, "finance", "approve", "dora")
    company.act(held, "cfo", "approve", "carl")
    company.wait(days=9)
    assert not worker.once(company.runtime).held
    company.act(lent, "finance", "approve", "carl")

    assert company.case(held).status == "approved"
    revised = company.revised(held, amount="2000000").workflow
    assert company.case(revised).supersedes == held
    assert company.is_sound()
    assert company.findings() == ()
