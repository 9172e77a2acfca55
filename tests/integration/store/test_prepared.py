import pytest
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    event,
    null,
    select,
    update,
)

from approval_engine.errors import Conflict
from approval_engine.store import prepared
from approval_engine.store.database import Database

THING = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("body", LargeBinary),
)
ADD = prepared.insert(THING)
ADD_MISSING = prepared.insert_missing(THING)
RENAME = prepared.change(
    update(THING)
    .where(THING.c.id == bindparam("the_id"), THING.c.name == "old")
    .values(name=bindparam("name"), body=null())
)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    with database.begin() as transaction:
        THING.create(transaction)
    yield database
    database.close()


def thing(number, name="old", body=b"\x00"):
    return {"id": number, "name": name, "body": body}


def stored(transaction):
    rows = transaction.execute(select(THING).order_by(THING.c.id))
    return [(row.id, row.name, row.body) for row in rows]


def test_one_row_and_many_rows_are_written(database):
    with database.begin() as transaction:
        ADD.run(transaction, [thing(1)])
        ADD.run(transaction, [thing(2), thing(3, None, None)])

        assert stored(transaction) == [
            (1, "old", b"\x00"),
            (2, "old", b"\x00"),
            (3, None, None),
        ]


def test_no_row_is_no_statement(database):
    heard = []
    with database.begin() as transaction:
        event.listen(
            database.engine, "before_cursor_execute", lambda *call: heard.append(call)
        )

        assert ADD.run(transaction, []) == 0
        assert heard == []


def test_what_is_there_already_stays_and_is_not_counted(database):
    with database.begin() as transaction:
        assert ADD_MISSING.run(transaction, [thing(1)]) == 1
        assert ADD_MISSING.run(transaction, [thing(1, "new")]) == 0

        assert stored(transaction) == [(1, "old", b"\x00")]


def test_an_update_counts_the_rows_that_it_met(database):
    with database.begin() as transaction:
        ADD.run(transaction, [thing(1), thing(2, "other")])

        assert RENAME.run(transaction, [{"the_id": 1, "name": "new"}]) == 1
        assert RENAME.run(transaction, [{"the_id": 2, "name": "new"}]) == 0
        assert stored(transaction) == [(1, "new", None), (2, "other", b"\x00")]


def test_a_key_that_is_taken_is_a_conflict(database):
    with pytest.raises(Conflict), database.begin() as transaction:
        ADD.run(transaction, [thing(1), thing(1)])


def test_who_listens_hears_of_every_statement(database):
    heard = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *call: heard.append(call[2])
    )

    with database.begin() as transaction:
        ADD.run(transaction, [thing(1)])

    assert any(sql.startswith("INSERT INTO thing") for sql in heard)
