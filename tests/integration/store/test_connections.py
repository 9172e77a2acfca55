"""
How many connections a process opens, and what they ask of whatever lies in between.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from sqlalchemy import text

from approval_engine.errors import StorageError
from approval_engine.store import engines
from approval_engine.store.database import Database
from tests.integration.web.served import PATIENCE_S, wait_until

pytestmark = pytest.mark.postgres

_SESSIONS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_PREPARED = text("SELECT count(*) FROM pg_prepared_statements")


@pytest.fixture
def url(fresh_database):
    return fresh_database("postgresql")


def sessions(url):
    """
    How many sessions others have on that database.
    """
    with closing(Database(url)) as database, database.read() as transaction:
        return transaction.execute(_SESSIONS).scalar_one()


def look(database, gate=None):
    with database.read() as transaction:
        transaction.execute(text("SELECT 1"))
        if gate is not None:
            gate.wait(PATIENCE_S)


@pytest.mark.parametrize(("may", "kept"), [(3, 3), (18, 16)])
def test_a_crowd_opens_what_the_process_may_and_no_more(url, may, kept):
    crowd, gate = 24, Event()
    with closing(Database(url, connections=may)) as database:
        with ThreadPoolExecutor(crowd) as pool:
            asked = [pool.submit(look, database, gate) for _ in range(crowd)]
            wait_until(lambda: sessions(url) == may)
            assert not any(each.done() for each in asked)
            assert sessions(url) == may
            gate.set()
            for each in asked:
                each.result()
        wait_until(lambda: sessions(url) == kept)
    wait_until(lambda: sessions(url) == 0)


@pytest.mark.parametrize(
    ("more", "prepared"), [("", 1), ("&prepare_threshold=none", 0)]
)
def test_statements_are_prepared_unless_the_address_says_none(url, more, prepared):
    with closing(Database(url + more)) as database:
        for _ in range(12):
            with database.read() as transaction:
                transaction.execute(text("SELECT 1"))
                found = transaction.execute(_PREPARED).scalar_one()
    assert min(found, 1) == prepared


@pytest.mark.parametrize(
    "name", ["lock_timeout", "idle_in_transaction_session_timeout"]
)
def test_whoever_drops_our_options_on_the_way_is_found_out(url, monkeypatch, name):
    others = engines._POSTGRES_OPTIONS
    monkeypatch.setattr(engines, "_POSTGRES_OPTIONS", f"{others} -c {name}=0")
    told = pytest.raises(StorageError, match=f"its {name} is 0; set it for the role")
    with closing(Database(url)) as database, told:
        look(database)


def test_a_session_says_whose_it_is_unless_the_address_does(url):
    for more, told in (("", "cpq"), ("&application_name=server-1", "server-1")):
        with closing(Database(url + more)) as database, database.read() as transaction:
            query = text("SELECT current_setting('application_name')")
            assert transaction.execute(query).scalar_one() == told
