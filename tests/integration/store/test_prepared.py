from contextlib import closing
from functools import partial

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
    func,
    null,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from approval_engine.errors import Conflict, StorageError
from approval_engine.store import engines, prepared
from approval_engine.store.database import Database
from tests.integration.web.served import wait_until

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

FIND = prepared.Question(select(THING).where(THING.c.id == bindparam("id")))


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    with database.begin() as transaction:
        THING.create(transaction)
    yield database
    database.close()


def thing(number, name="old", body=b"\x00"):
    return {"id": number, "name": name, "body": body}


def within(database, *deeds):
    """
    Do these things with one transaction.
    """
    with database.begin() as transaction:
        for deed in deeds:
            deed(transaction)


def later(*rows):
    return lambda transaction: ADD.later(transaction, rows)


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


@pytest.fixture
def heard(database):
    """
    The statements that were sent, but for those that begin a transaction.
    """
    heard = []

    def listen(*call):
        if not call[2].startswith("BEGIN"):
            heard.append(call[2].split()[0])

    event.listen(database.engine, "before_cursor_execute", listen)
    return heard


def test_what_may_be_written_later_is_there_for_whoever_reads(database, heard):
    with database.begin() as transaction:
        ADD.later(transaction, [thing(1), thing(2)])
        RENAME.later(transaction, [{"the_id": 1, "name": "new"}])
        # Where nothing travels nothing waits.
        assert heard == (["INSERT", "UPDATE"] if database.is_sqlite else [])

        assert stored(transaction) == [(1, "new", None), (2, "old", b"\x00")]
        assert heard == ["INSERT", "UPDATE", "SELECT"]

        ADD.later(transaction, [thing(3)])
        assert FIND.ask(transaction, {"id": 3}) == [(3, "old", b"\x00")]

        ADD.later(transaction, [thing(4)])
        assert ADD_MISSING.run(transaction, [thing(4)]) == 0


def test_what_may_be_written_later_is_committed_with_the_rest(database):
    with database.begin() as transaction:
        ADD.later(transaction, [thing(1)])

    with database.read() as transaction:
        assert stored(transaction) == [(1, "old", b"\x00")]


def test_what_waits_when_something_else_fails_is_never_written(database, heard):
    with pytest.raises(ZeroDivisionError):
        within(database, later(thing(1)), lambda _: 1 / 0)

    with database.begin() as transaction:
        assert stored(transaction) == []
    assert heard.count("INSERT") == (1 if database.is_sqlite else 0)


@pytest.mark.parametrize("number", [1, 2])
def test_a_later_row_that_does_not_count_undoes_everything(database, number):
    gone = Conflict("Somebody was quicker.")
    with database.begin() as transaction:
        ADD.run(transaction, [thing(1)])

    def both():
        with database.begin() as transaction:
            ADD_MISSING.later(transaction, [thing(3)])
            ADD_MISSING.later(transaction, [thing(number)], gone)

    if number == 2:
        both()
    else:
        with pytest.raises(Conflict, match="quicker"):
            both()

    with database.read() as transaction:
        found = [row[0] for row in stored(transaction)]
        assert found == ([1] if number == 1 else [1, 2, 3])


def test_a_later_key_that_is_taken_is_a_conflict_as_well(database):
    with pytest.raises(Conflict):
        within(database, later(thing(1)), later(thing(1)), later(thing(2)))

    with database.begin() as transaction:
        assert stored(transaction) == []


def test_a_later_row_that_the_database_cannot_take_is_told_in_its_words(database):
    with pytest.raises(StorageError, match=r"cannot do this now: .*thing"):
        within(database, THING.drop, later(thing(1)))

    with database.read() as transaction:
        assert stored(transaction) == []


def test_rows_may_be_larger_than_what_travels_at_once(database):
    large = b"\x07" * 8_000_000
    within(database, later(thing(1, "first", large)), later(thing(2)))

    with pytest.raises(Conflict):
        within(database, later(thing(3, "third", large)), later(thing(1, "it", large)))
    with database.read() as transaction:
        assert stored(transaction) == [(1, "first", large), (2, "old", b"\x00")]


def test_questions_that_are_asked_together_are_answered_in_order(database):
    with database.begin() as transaction:
        ADD.later(transaction, [thing(1), thing(2, None, None)])
        one, none, two = prepared.ask(
            transaction, (FIND, {"id": 1}), (FIND, {"id": 9}), (FIND, {"id": 2})
        )

    assert [(row.id, row.name, row.body) for row in one] == [(1, "old", b"\x00")]
    assert (none, two) == ([], [(2, None, None)])


@pytest.mark.postgres
def test_a_connection_that_broke_is_not_used_again(fresh_database):
    database = Database(fresh_database("postgresql"))
    with database.begin() as transaction:
        THING.create(transaction)
        (mine,) = transaction.execute(text("SELECT pg_backend_pid()")).scalars()

    def end(_):
        with database.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})

    with pytest.raises(StorageError):
        within(database, end, later(thing(1)))
    within(database, later(thing(1)))
    with database.read() as transaction:
        assert stored(transaction) == [(1, "old", b"\x00")]
    database.close()


@pytest.mark.postgres
def test_a_connection_that_broke_takes_none_away_from_others(fresh_database):
    database = Database(fresh_database("postgresql"), connections=3)
    pool = database.engine.pool
    with database.begin() as transaction:
        THING.create(transaction)
    with database.engine.connect() as idle, database.engine.connect() as busy:
        old = pid_of(idle)
        idle.close()
        with database.engine.connect() as broken:
            mine = pid_of(broken)
            broken.rollback()
            busy.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
            with pytest.raises(DBAPIError), broken.begin():
                ADD.later(broken, [thing(1)])
        # Whoever works goes on, and is still counted among the three.
        busy.commit()
        assert (database.engine.pool is pool, pool.checkedout()) == (True, 1)
        # What lay idle may have gone to the same server, so it is made anew.
        with database.engine.connect() as fresh:
            assert pid_of(fresh) not in {old, mine}
    assert pool.checkedout() == 0
    database.close()


def pid_of(connection):
    return connection.execute(text("SELECT pg_backend_pid()")).scalar_one()


SOON = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=1s"
MINE = func.pg_backend_pid().label("pid")
WHO = prepared.Question(select(MINE).where(bindparam("id", type_=Integer) == 0))


@pytest.mark.postgres
def test_the_server_ends_who_is_halted_after_what_travelled_together(
    fresh_database, monkeypatch
):
    url = fresh_database("postgresql")
    with monkeypatch.context() as patch:
        patch.setattr(engines, "_POSTGRES_OPTIONS", SOON)
        hasty = Database(url)
    with closing(hasty), closing(Database(url)) as other:
        within(other, THING.create)

        def halt(transaction):
            ((mine,),) = prepared.ask(transaction, (WHO, {"id": 0}))
            wait_until(partial(is_gone, other, mine.pid))

        for number in range(2):
            # Whether the answer comes in time is luck, so it is tried twice.
            with pytest.raises(StorageError):
                within(hasty, later(thing(number)), halt)


def is_gone(database, pid):
    query = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
    with database.read() as transaction:
        return transaction.execute(query, {"pid": pid}).scalar_one() == 0
