"""
Everybody follows every link: none is dead, and reading changes nothing.

Nothing here knows the pages. Where they begin is what the application serves, and what
must stay as it is is every table of the database.
"""

import shutil
from datetime import timedelta

import pytest
from sqlalchemy import MetaData, select

from approval_engine.accounts.passwords import set_password
from approval_engine.config import Settings
from approval_engine.executor.runtime import Runtime, wall_clock
from approval_engine.scenarios.seed import ACCOUNTS, prepare, seed_approvals
from approval_engine.store.database import Database
from approval_engine.web.app import create_app
from tests.integration.web.browser import PASSWORD, Browser
from tests.integration.web.conftest import SECRET
from tests.integration.web.crawl import crawl, faults
from tests.integration.web.test_every_route import all_paths

SEEN = "seen_at"
"""When somebody was here last, which is written down once a minute at most."""

AT_LEAST = 2
"""So many routes everybody finds by following links, at the very least."""


def seeded(url):
    runtime = Runtime(database=Database(url))
    prepare(runtime, reset=False, adding=False)
    seed_approvals(runtime)
    runtime.database.close()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("crawled") / "demo.db"
    seeded(f"sqlite:///{path}")
    return path


LONG = [pytest.mark.postgres, pytest.mark.proof]
IN_THE_END_ON_BOTH = ["sqlite", pytest.param("postgresql", marks=LONG)]


@pytest.fixture
def url(request, fresh_database, tmp_path):
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("demo_file"), tmp_path / "demo.db")
        return f"sqlite:///{path}"
    found = fresh_database("postgresql", ready=True)
    seeded(found)
    return found


class Clock:
    """
    A clock that stands until it is moved.
    """

    def __init__(self):
        self.now = wall_clock() + timedelta(minutes=1)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(url, clock):
    runtime = Runtime(database=Database(url), clock=clock)
    for person in ACCOUNTS:
        set_password(runtime, person, PASSWORD)
    yield create_app(Settings(secret_key=SECRET), runtime)
    runtime.database.close()


@pytest.fixture
def browsers(app):
    found = {person: Browser(app) for person in ACCOUNTS}
    for person, browser in found.items():
        assert browser.log_in(person).status_code == 303
    return found


def rows(url, but=()):
    """
    Everything that the database holds, but for the columns of these names.
    """
    database, tables = Database(url), MetaData()
    with database.read() as transaction:
        tables.reflect(transaction)
        held = {
            table.name: sorted(map(repr, transaction.execute(_all_of(table, but))))
            for table in tables.sorted_tables
        }
    database.close()
    assert len(held) > 20
    return held


def _all_of(table, but):
    return select(*(column for column in table.columns if column.name not in but))


@pytest.mark.parametrize("url", IN_THE_END_ON_BOTH, indirect=True)
def test_everybody_follows_every_link_three_times_and_nothing_changes(
    app, url, browsers
):
    starts, before = all_paths(app), rows(url)
    for _ in range(3):
        found = []
        for person, browser in browsers.items():
            pages = crawl(app, browser, starts)
            found += faults(app, person, pages)
            routes = {page.route for page in pages if page.found_on}
            assert len(routes) >= AT_LEAST, (person, routes)
        assert found == []

    assert rows(url) == before


@pytest.mark.parametrize("url", IN_THE_END_ON_BOTH, indirect=True)
def test_time_that_passes_changes_when_people_were_seen_and_nothing_else(
    app, url, browsers, clock
):
    before, exactly = rows(url, but={SEEN}), rows(url)
    for _ in range(3):
        clock.now += timedelta(minutes=2)
        for browser in browsers.values():
            crawl(app, browser, share=1)

    assert rows(url, but={SEEN}) == before
    assert rows(url) != exactly


@pytest.mark.parametrize("url", IN_THE_END_ON_BOTH, indirect=True)
def test_every_route_is_asked_by_everybody_and_nothing_changes(app, url, browsers):
    before = rows(url)
    found = {page.path for page in crawl(app, browsers["ada"], share=1)}
    for path in sorted({*found, *all_paths(app)}):
        for person, browser in browsers.items():
            for method in ("HEAD", "OPTIONS"):
                answer = browser.client.open(path, method=method, buffered=True)
                assert answer.status_code < 500, (person, method, path)

    assert rows(url) == before
