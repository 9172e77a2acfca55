"""
A database of the first schema becomes one of today's, and keeps what it holds.
"""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Integer, LargeBinary, MetaData, Table, inspect, text

from approval_engine.errors import Conflict
from approval_engine.store import upgrade as module
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade

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
