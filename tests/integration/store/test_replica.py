"""
A replica that really streams: what may be older is read there, and nothing else.
"""

import logging
import re
from contextlib import closing

import pytest
from sqlalchemy import text

from approval_engine.accounts.passwords import set_password
from approval_engine.config import Settings
from approval_engine.errors import InvalidInput, NotFound
from approval_engine.executor.runtime import database_of
from approval_engine.store.database import Database
from approval_engine.web.app import create_app
from tests.concurrency.postgres import Follower, Postgres
from tests.integration.executor.company import Company
from tests.integration.web.browser import PASSWORD, Browser
from tests.integration.web.conftest import SECRET
from tests.integration.web.served import wait_until

pytestmark = pytest.mark.postgres

FAR = 300
"""So far behind it is never in these tests."""

TOKEN = "a token for the one who scrapes"
_WHERE = text("SELECT pg_is_in_recovery()")


@pytest.fixture(scope="module")
def server(postgres_url):
    # The one of all tests comes first: both keep their locks in its folder.
    del postgres_url
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="module")
def company(server):
    company = Company(server.url)
    set_password(company.runtime, "maria", PASSWORD)
    yield company
    company.runtime.database.close()


@pytest.fixture(scope="module")
def follower(server, company):
    del company
    follower = Follower(server)
    yield follower
    follower.stop()


@pytest.fixture
def followed(server, follower):
    """
    Makes databases that read of the replica while it is no older than so many seconds.
    """
    made = []

    def followed(within_s=FAR):
        database = Database(server.url)
        database.follow(follower.url, within_s)
        made.append(database)
        return database

    yield followed
    for each in made:
        each.close()


@pytest.fixture
def halt(follower):
    """
    Stops the replica from showing anything newer until the end of the test.
    """

    def tell(words):
        with closing(Database(follower.url)) as copy, copy.engine.begin() as session:
            session.execute(text(f"SELECT pg_wal_replay_{words}()"))

    yield lambda: tell("pause")
    tell("resume")


def is_copy(database):
    """
    Whether it is the replica that is read now.
    """
    with database.read() as transaction:
        return transaction.execute(_WHERE).scalar_one()


def used(database):
    return database.lately(lambda: is_copy(database))


def commit(database):
    with database.begin() as transaction:
        transaction.execute(text("UPDATE setting SET value = value"))


def test_only_what_may_be_older_is_read_of_the_replica(followed):
    database = followed()
    wait_until(lambda: used(database))

    assert not is_copy(database)
    with database.one_moment():
        assert (used(database), is_copy(database)) == (True, False)


def test_whoever_writes_meanwhile_reads_what_he_wrote(followed):
    database = followed()
    wait_until(lambda: used(database))

    def work():
        before = is_copy(database)
        commit(database)
        return before, is_copy(database)

    assert database.lately(work) == (True, False)


def test_one_that_is_too_far_behind_is_left_alone_until_it_has_caught_up(
    followed, halt, caplog
):
    caplog.set_level(logging.INFO, "approval_engine.store.replica")
    database = followed(within_s=1)
    wait_until(lambda: used(database))
    halt()

    def falls_behind():
        commit(database)
        return not used(database)

    wait_until(falls_behind)
    assert not any(used(database) for _ in range(5))
    words = [each.getMessage().split()[0] for each in caplog.records]
    assert words[-1] == "action=replica_behind"
    assert words.count("action=replica_behind") == 1


def test_one_that_is_gone_is_told_of_once_and_comes_back(followed, follower, caplog):
    caplog.set_level(logging.INFO, "approval_engine.store.replica")
    database = followed()
    wait_until(lambda: used(database))
    follower.stop()
    try:
        # The first one meets a connection that is no more, and is answered as well.
        assert [used(database) for _ in range(5)] == [False] * 5
    finally:
        follower.start()
    wait_until(lambda: used(database))

    words = [each.getMessage().split()[0] for each in caplog.records]
    assert words == ["action=replica_away", "action=replica_back"]


def test_a_refusal_is_no_fault_of_the_replica(followed):
    database = followed()
    wait_until(lambda: used(database))

    def refuse():
        raise NotFound("There is nothing here.")

    with pytest.raises(NotFound):
        database.lately(refuse)
    assert used(database)


@pytest.mark.parametrize(
    ("url", "of"), [("sqlite:///a.db", None), (None, "sqlite:///b.db")]
)
def test_sqlite_has_no_replica(server, url, of):
    told = pytest.raises(InvalidInput, match="SQLite has none")
    with closing(Database(url or server.url)) as database, told:
        database.follow(of or server.url, FAR)


def test_a_database_that_follows_nothing_is_no_replica(server, caplog):
    with closing(Database(server.url)) as database:
        database.follow(server.url, FAR)
        assert not used(database)
    assert "It is no replica: it follows nothing." in caplog.text


@pytest.fixture
def app(server, follower, company):
    settings = Settings(
        secret_key=SECRET,
        database_url=server.url,
        read_database_url=follower.url,
        read_lag_seconds=FAR,
        metrics_token=TOKEN,
    )
    runtime = company.runtime
    company.runtime = type(runtime)(database=database_of(settings), clock=runtime.clock)
    wait_until(lambda: used(company.runtime.database))
    yield create_app(settings, company.runtime)
    company.runtime.database.close()
    company.runtime = runtime


def test_lists_may_be_older_but_no_inbox_and_nothing_after_ones_own_change(
    company, app, halt
):
    maria = Browser(app)
    maria.log_in("maria")
    company.wait(seconds=FAR + 60)
    halt()
    workflow = company.started()
    task = company.task(workflow, "manager").id

    assert workflow not in maria.get("/workflows").text
    assert task in maria.get("/").text
    assert workflow in maria.get(f"/workflows/{workflow}").text
    assert maria.act(task, "approve").status_code == 303
    assert workflow in maria.get("/workflows").text
    company.wait(seconds=FAR + 60)
    assert workflow not in maria.get("/workflows").text


def test_a_log_out_holds_for_lists_though_the_replica_knows_nothing_of_it(app, halt):
    maria, thief = Browser(app), Browser(app)
    maria.log_in("maria")
    thief.client.set_cookie("cpq", maria.client.get_cookie("cpq").value)
    halt()
    assert thief.get("/workflows").status_code == 200
    maria.force("/logout")

    assert thief.get("/workflows").status_code == 401


def test_metrics_say_whether_the_replica_is_used(app):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    told = Browser(app).get("/metrics", headers=headers).text

    assert "cpq_replica_used 1.0" in told
    assert float(re.search(r"(?m)^cpq_replica_lag_seconds (\S+)$", told)[1]) < FAR
