"""
What every transaction promises, on both databases.
"""

from importlib.resources import files

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text

from approval_engine.errors import Conflict, InvalidInput, StorageError
from approval_engine.store import catalog, numbers
from approval_engine.store.database import Database
from approval_engine.store.schema import COUNTER, METADATA
from approval_engine.store.schema.base import DIALECT
from approval_engine.store.upgrade import (
    NEWEST,
    OLDEST,
    UPGRADABLE,
    is_empty,
    migrate,
    require_newest,
    upgrade,
)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def compared(connection):
    """
    What a database lacks of the tables of the code, or has beyond them.
    """

    def ours(index, _name, _kind, _reflected, _beside):
        return index.info.get(DIALECT) in {None, connection.dialect.name}

    options = {"include_object": ours}
    return compare_metadata(
        MigrationContext.configure(connection, opts=options), METADATA
    )


def test_migrations_make_exactly_the_tables_of_the_code(database):
    upgrade(database)
    with database.engine.connect() as connection:
        found = compared(connection)

    extra = {change[1].name for change in found if change[0] == "remove_table"}
    assert extra <= {COUNTER.name}
    assert len(found) == len(extra)


@pytest.mark.parametrize("version", sorted(UPGRADABLE))
def test_an_older_database_is_brought_to_the_tables_of_the_code(database, version):
    config = Config()
    folder = files("approval_engine.store").joinpath("migrations")
    config.set_main_option("script_location", str(folder))
    with database.begin() as transaction:
        config.attributes["connection"] = transaction
        command.upgrade(config, version)

    assert upgrade(database) == NEWEST
    with database.engine.connect() as connection:
        found = compared(connection)
    assert {change[0] for change in found} <= {"remove_table"}


def test_upgrading_twice_is_harmless_and_an_empty_database_is_told_from_a_new_one(
    database,
):
    assert is_empty(database)
    with pytest.raises(StorageError, match=r"is empty|There is no database"):
        require_newest(database)

    assert upgrade(database) == upgrade(database) == NEWEST
    assert not is_empty(database)
    require_newest(database)


@pytest.mark.parametrize("version", sorted(UPGRADABLE))
def test_an_older_database_is_upgraded_with_what_it_holds(database, version):
    with database.begin() as transaction:
        migrate(transaction, version)
        transaction.execute(text("INSERT INTO setting VALUES ('colour', 'blue')"))

    assert upgrade(database) == NEWEST
    with database.read() as transaction:
        assert catalog.setting(transaction, "colour") == "blue"


@pytest.mark.parametrize(("version", "word"), [("0000", "older"), ("9999", "newer")])
def test_another_schema_is_refused_with_what_to_do(database, version, word):
    upgrade(database)
    with database.begin() as transaction:
        transaction.execute(
            text("UPDATE alembic_version SET version_num = :v"), {"v": version}
        )

    with pytest.raises(StorageError, match=f"{version}, {word} than {NEWEST}"):
        require_newest(database)
    if word == "newer":
        with pytest.raises(StorageError, match="use the newer program"):
            upgrade(database)


def moved_on(database, version, told):
    upgrade(database)
    with database.begin() as transaction:
        catalog.set_setting(transaction, OLDEST, told)
        statement = text("UPDATE alembic_version SET version_num = :v")
        transaction.execute(statement, {"v": version})


def test_a_newer_schema_that_only_adds_lets_this_program_go_on(database):
    moved_on(database, "9999", f"{NEWEST} 9999")

    require_newest(database)
    assert upgrade(database) == "9999"


@pytest.mark.parametrize("told", ["9998 9999", f"{NEWEST} 9998", NEWEST, "", "0001"])
def test_a_newer_schema_that_takes_something_away_does_not(database, told):
    moved_on(database, "9999", told)

    for ask in (require_newest, upgrade):
        with pytest.raises(StorageError, match="9999, newer than"):
            ask(database)


def test_every_database_says_which_programs_may_run_on_it(database):
    upgrade(database)

    with database.read() as transaction:
        oldest, of = catalog.setting(transaction, OLDEST).split()
    assert (oldest <= NEWEST, of) == (True, NEWEST)


def fail_after_a_write(database):
    with database.begin() as transaction:
        catalog.set_setting(transaction, "colour", "blue")
        raise RuntimeError


def test_a_raise_undoes_the_whole_transaction(database):
    upgrade(database)
    with pytest.raises(RuntimeError):
        fail_after_a_write(database)

    with database.read() as transaction:
        assert catalog.setting(transaction, "colour") is None


def test_a_reader_sees_one_moment_while_a_writer_commits(database):
    upgrade(database)
    with database.begin() as writer:
        catalog.set_setting(writer, "colour", "blue")
    with database.read() as reader:
        before = catalog.setting(reader, "colour")
        with database.begin() as writer:
            catalog.set_setting(writer, "colour", "red")
        after = catalog.setting(reader, "colour")

    assert (before, after) == ("blue", "blue")
    with database.read() as reader:
        assert catalog.setting(reader, "colour") == "red"


def test_numbers_begin_where_the_contract_says_and_never_repeat(database):
    upgrade(database)
    with database.begin() as transaction:
        first = numbers.take(transaction, workflow=1, task=2)
        second = numbers.take(transaction, workflow=1, task=0)

    assert first == {"workflow": (8809,), "task": (1, 2)}
    assert second == {"workflow": (8810,), "task": ()}


def test_a_unique_constraint_is_reported_as_a_conflict(database):
    upgrade(database)
    statement = text("INSERT INTO setting (name, value) VALUES ('a', 'b')")
    with database.begin() as transaction:
        transaction.execute(statement)

    with pytest.raises(Conflict, match="nothing changed"), database.begin() as again:
        again.execute(statement)


@pytest.mark.parametrize(
    "url",
    [
        "not a url",
        "mysql://localhost/x",
        "sqlite+nonsense:///x.db",
        "postgresql://h:port/x",
    ],
)
def test_a_database_that_is_none_of_ours_is_refused(url):
    with pytest.raises((InvalidInput, StorageError)):
        Database(url)


def test_a_database_that_is_away_is_one_sentence():
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(StorageError, match="The database cannot do this now"):
        upgrade(database)


def test_a_file_that_is_not_there_is_not_made_by_looking_for_it(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/x.db")

    assert is_empty(database)
    with pytest.raises(StorageError, match=r"There is no database '.*x.db'; run 'cpq"):
        require_newest(database)
    assert database.is_missing

    upgrade(database)
    assert not database.is_missing
    require_newest(database)
    database.close()


def test_sqlite_keeps_a_commit_through_a_power_cut(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/x.db")
    with database.read() as transaction:
        found = [
            transaction.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert found == ["wal", 2, 1]
    database.close()


def test_a_file_system_that_refuses_the_journal_is_refused(tmp_path):
    database = Database(f"sqlite:///file:{tmp_path}/x.db?vfs=unix-none&uri=true")

    with pytest.raises(StorageError, match="its journal_mode is delete, and must be w"):
        upgrade(database)
    database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("value", ["off", "local"])
def test_a_postgresql_that_may_lose_commits_is_refused(fresh_database, value):
    database = Database(fresh_database("postgresql"))
    name = database.url.database
    with database.begin() as transaction:
        transaction.execute(
            text(f'ALTER DATABASE "{name}" SET synchronous_commit = {value}')
        )
    database.close()

    database = Database(database.url.render_as_string(hide_password=False))
    if value == "off":
        for _ in range(2):
            with pytest.raises(StorageError, match="synchronous_commit is off, and mu"):
                upgrade(database)
    else:
        assert upgrade(database) == NEWEST
    database.close()


@pytest.mark.postgres
def test_a_server_finds_out_that_its_client_is_gone(fresh_database):
    wanted = {
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
        "synchronous_commit": "on",
        "fsync": "on",
    }
    database = Database(fresh_database("postgresql"))
    with database.read() as transaction:
        found = {
            name: transaction.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in wanted
        }
        raw = transaction.connection.driver_connection
        parameters = raw.info.get_parameters()
    database.close()

    assert found == wanted
    told = {"connect_timeout", "keepalives_idle", "tcp_user_timeout"}
    assert {name: parameters[name] for name in told} == {
        "connect_timeout": "10",
        "keepalives_idle": "30",
        "tcp_user_timeout": "60000",
    }
