"""
Who must wait for another process begins once it has ended, or is told why not.
"""

import fcntl
import os
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from approval_engine.errors import StorageError
from approval_engine.store import patience
from approval_engine.store.database import Database


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cpq.db"


@pytest.fixture
def database(path):
    database = Database(f"sqlite:///{path}")
    with database.begin() as transaction:
        transaction.exec_driver_sql("CREATE TABLE seen (number INTEGER)")
    yield database
    database.close()


@pytest.fixture
def other(path, database):
    """
    Another process, as far as SQLite can tell, that writes.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO seen VALUES (1)")
    yield connection
    connection.close()


def seen(transaction):
    return transaction.exec_driver_sql("SELECT count(*) FROM seen").scalar_one()


@pytest.fixture
def clock(monkeypatch):
    """
    Time that passes only while somebody sleeps; the pauses so far.
    """
    pauses = []
    monkeypatch.setattr(patience, "monotonic", lambda: sum(pauses))
    monkeypatch.setattr(patience, "sleep", pauses.append)
    return pauses


def test_a_command_begins_once_the_other_has_ended(database, other, monkeypatch):
    def sleep(_seconds, left=[5]):  # noqa: B006 it counts
        left[0] -= 1
        if not left[0]:
            other.execute("COMMIT")

    monkeypatch.setattr(patience, "sleep", sleep)
    with database.begin() as transaction:
        assert seen(transaction) == 1


def test_who_waits_longer_tries_more_often(database, other, clock):
    with pytest.raises(StorageError, match="database is locked"), database.begin():
        pass

    assert clock[0] == 0.002
    assert clock == sorted(clock, reverse=True)
    assert clock[-1] == 0.0002
    assert 10 <= sum(clock) < 10.01


def test_whoever_was_refused_may_ask_again(database, other, clock):
    with pytest.raises(StorageError), database.begin():
        pass
    other.execute("ROLLBACK")

    with database.begin() as transaction:
        assert seen(transaction) == 0
        # All else in the transaction waits as it always did.
        found = transaction.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        assert found == 10_000


def test_whoever_writes_is_first_in_the_queue_of_all_processes(database, path):
    log = os.open(f"{path}-wal", os.O_RDONLY)
    with database.begin() as transaction:
        transaction.exec_driver_sql("INSERT INTO seen VALUES (2)")
        with pytest.raises(BlockingIOError):
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with database.read():
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(log)


def test_what_is_wrong_otherwise_is_told_at_once(database, clock):
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute("BEGIN")
        with pytest.raises(OperationalError, match="within a transaction"):
            connection.exec_driver_sql("SELECT 1")

    assert clock == []
