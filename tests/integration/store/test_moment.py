"""
One moment of the database for all readers of a request, and a new one after each write.
"""

from threading import Thread

import pytest
from sqlalchemy import event, text

from approval_engine.errors import NotFound, StorageError
from approval_engine.store import catalog
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade


@pytest.fixture
def database(ready_database_url):
    database = Database(ready_database_url)
    upgrade(database)
    set_pointer(database, "first")
    yield database
    database.close()


def set_pointer(database, value):
    with database.begin() as transaction:
        catalog.set_setting(transaction, "directory", value)


def pointer(database):
    with database.read() as transaction:
        return catalog.current(transaction).directory


def elsewhere(act, *arguments):
    thread = Thread(target=act, args=arguments)
    thread.start()
    thread.join()


def test_readers_of_a_block_see_one_moment_and_ask_once(database):
    asked = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _1, _2, statement, *_: asked.append(statement),
    )
    with database.one_moment():
        assert pointer(database) == "first"
        elsewhere(set_pointer, database, "second")
        asked.clear()
        assert pointer(database) == "first"
        assert asked == []

    assert pointer(database) == "second"


def test_without_a_block_each_reader_has_its_own(database):
    assert pointer(database) == "first"
    elsewhere(set_pointer, database, "second")
    assert pointer(database) == "second"


def test_a_write_of_the_thread_begins_a_new_moment(database):
    with database.one_moment():
        assert pointer(database) == "first"
        set_pointer(database, "second")
        assert pointer(database) == "second"


def test_what_is_read_beside_an_open_write_is_read_again_after_it(database):
    with database.one_moment():
        with database.begin() as transaction:
            catalog.set_setting(transaction, "directory", "second")
            assert pointer(database) == "first"
        assert pointer(database) == "second"


def test_whoever_still_reads_goes_on_when_something_is_written(database):
    with database.one_moment(), database.read() as outer:
        assert catalog.setting(outer, "directory") == "first"
        set_pointer(database, "second")
        assert pointer(database) == "second"
        assert catalog.setting(outer, "directory") == "first"


def test_after_what_went_wrong_the_next_reader_is_answered(database):
    with database.one_moment():
        with pytest.raises(StorageError), database.read() as transaction:
            transaction.execute(text("SELECT nonsense FROM nowhere"))
        assert pointer(database) == "first"
        with pytest.raises(NotFound), database.read() as transaction:
            catalog.body(transaction, "0" * 64)
        assert pointer(database) == "first"


def test_a_refusal_inside_another_reading_leaves_the_outer_one_whole(database):
    with database.one_moment(), database.read() as outer:
        with pytest.raises(NotFound), database.read() as inner:
            catalog.body(inner, "0" * 64)
        assert catalog.setting(outer, "directory") == "first"
        assert pointer(database) == "first"


def test_a_moment_that_is_old_is_left_for_a_new_one(database, monkeypatch):
    monkeypatch.setattr("approval_engine.store.moment._LONGEST_S", 0)
    with database.one_moment():
        assert pointer(database) == "first"
        elsewhere(set_pointer, database, "second")
        assert pointer(database) == "second"


def test_another_thread_has_no_part_in_the_moment(database):
    seen = []
    with database.one_moment():
        assert pointer(database) == "first"
        elsewhere(set_pointer, database, "second")
        elsewhere(lambda: seen.append(pointer(database)))

    assert seen == ["second"]


def test_an_error_shows_nothing_that_was_sent_along(database):
    statement = text("INSERT INTO nowhere VALUES (:secret)")
    with pytest.raises(StorageError) as refused, database.begin() as transaction:
        transaction.execute(statement, {"secret": "hunter2"})

    assert "hunter2" not in str(refused.value.__cause__)
