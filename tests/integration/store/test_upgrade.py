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
from approval_engine.store import (
    accounts,
    api_tokens,
    catalog,
    drafts,
    gauges,
    incidents,
    mailroom,
    policy_scenarios,
)
from approval_engine.store import upgrade as module
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade
from tests.integration.executor.company import MONDAY, Company

LEFT = Path(__file__).with_name("first_schema.json")
FOLDER = Path(module.__file__).with_name("migrations")


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    lead_to(database, "0001")
    yield database
    database.close()


def lead_to(database, version):
    with database.begin() as transaction:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = transaction
        command.upgrade(config, version)


def add(transaction, table_name, /, **given):
    """
    A row with something in every column that must not be empty.
    """
    table = Table(table_name, MetaData(), autoload_with=transaction)
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
    assert "ix_task_assignee" in indexes
    assert {each.removesuffix("_null") for each in indexes} >= {"ix_task_role"}


def test_incidents_and_messages_outlive_the_indexes_of_the_office(database):
    lead_to(database, "0009")
    with database.begin() as transaction:
        add(transaction, "document")
        add(transaction, "workflow_instance", status="approved", next_due_at="2026")
        add(transaction, "workflow_event", action="overridden")
        add(transaction, "incident", closed_at="2026", closed_by="ada")
        for number, status in enumerate(("dead", "sent", "waiting")):
            message = {"id": f"x:{number}", "status": status}
            add(transaction, "outbox", **message, recipient="webhook=WH-1")
    upgrade(database)

    with database.read() as transaction:
        assert [each.note for each in incidents.latest(transaction, None, 9)] == [None]
        deliveries = mailroom.of_webhook(transaction, "WH-1", None, 9)
        assert [each.id for each in deliveries] == ["x:2", "x:1", "x:0"]
        dead = mailroom.page(transaction, mailroom.DEAD, None, 9)
        assert [each.id for each in dead] == ["x:0"]
        found = {
            each["name"]
            for table in ("outbox", "workflow_event", "workflow_instance")
            for each in inspect(transaction).get_indexes(table)
        }
    assert found >= {
        "ix_event_override",
        "ix_outbox_dead",
        "ix_outbox_sent",
        "ix_outbox_webhook",
        "ix_workflow_ending",
    }


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


def test_a_policy_of_before_says_nothing_of_why_it_was_published(database):
    with database.begin() as transaction:
        add(transaction, "document")
        add(transaction, "policy", name="deal-desk", status="active")
    upgrade(database)

    with database.read() as transaction:
        [row] = catalog.policies(transaction)
        assert (row.name, row.comment, row.accepted) == ("deal-desk", "", "")
        assert drafts.every(transaction) == ()
        assert policy_scenarios.of_policy(transaction, "deal-desk") == ()


@pytest.mark.parametrize("version", ["0005", "0008", "0009"])
def test_every_version_before_is_brought_up(database, version):
    with database.begin() as transaction:
        module.migrate(transaction, version)

    assert upgrade(database) == module.NEWEST
    module.require_newest(database)


def test_what_a_scrape_counts_gets_its_indexes(database):
    upgrade(database)

    with database.read() as transaction:
        found = {
            each["name"]: each["column_names"]
            for table in ("approval_task", "outbox")
            for each in inspect(transaction).get_indexes(table)
        }
    assert found["ix_task_open"] == ["role", "due_at", "id"]
    assert found["ix_outbox_dead"] == ["created_at", "id"]


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


def test_what_the_first_version_left_is_counted(company):
    with company.runtime.database.read() as transaction:
        found = gauges.read(transaction, company.now)
        query = text("SELECT count(*) FROM approval_task WHERE is_open = 1")
        is_open = transaction.execute(query).scalar_one()

    assert sum(found.open_tasks.values()) == is_open > 0
    assert sum(found.workflows.values()) == 7


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


def test_answers_to_programs_leave_the_table_of_commands(database):
    with database.begin() as transaction:
        for route in ("approve", "POST /api/v1/workflows"):
            add(transaction, "idempotency", route=route)
    upgrade(database)

    with database.read() as transaction:
        kept = transaction.execute(text("SELECT route FROM idempotency")).scalars()
        assert kept.all() == ["approve"]
        told = transaction.execute(text("SELECT count(*) FROM api_reply")).scalar_one()
        assert told == 0


def test_who_is_logged_in_and_whose_tokens_there_are_outlives_the_upgrade(database):
    """
    A session of before has shown a password, but nobody knows when.
    """
    with database.begin() as transaction:
        add(transaction, "web_session", user_id="maria")
        add(transaction, "api_token", user_id="maria", scopes="read")
    upgrade(database)

    with database.read() as transaction:
        (session,) = accounts.sessions_of(transaction, "maria")
        (token,) = api_tokens.listed(transaction, "maria")
    assert (session.method, session.proved_at) == ("password", None)
    assert (session.address, session.agent, session.lent) == ("", "", "")
    assert (token.scopes, token.seen_at) == ("read", None)
