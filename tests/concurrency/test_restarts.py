"""
PostgreSQL goes away and comes back: nothing is lost, and everybody is told in between.
"""

import subprocess
import sys

import pytest

from tests.concurrency import restarts
from tests.concurrency.company import MANAGERS, Company
from tests.concurrency.oracle import assert_all_holds
from tests.concurrency.postgres import Postgres
from tests.concurrency.programs import Client

pytestmark = pytest.mark.postgres


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
    yield company
    try:
        assert_all_holds(company.runtime)
    finally:
        company.close()


def test_restarts_under_load_lose_and_double_nothing(company, server):
    restarts.storm(company, server, decisions=60, restarts=2)


@pytest.mark.proof
def test_twenty_restarts_under_load_lose_and_double_nothing(company, server, figure):
    journal = restarts.storm(company, server, decisions=2400, restarts=24)

    said = (
        f"24 restarts, {len(journal.answers)} decisions, 0 wrong,"
        f" {journal.replayed} unknown outcomes replayed"
    )
    figure("restarts of PostgreSQL under load", "20, 2,000 decisions, 0 wrong", said)


def test_everybody_is_told_while_it_is_away(company, server):
    (started,) = company.start(1)
    client = Client(company, MANAGERS[0])

    server.stop()
    try:
        answer = client.approve(started.manager)
        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "2"
        assert "nothing was changed" in answer.json["detail"]
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        ended = subprocess.run(
            [sys.executable, "-m", "approval_engine", "db", "check"],
            env={"CPQ_DATABASE_URL": server.url, "CPQ_TRUST_CLI": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, ended.stdout) == (7, "")
        (line,) = ended.stderr.splitlines()
        assert line.startswith("The database cannot do this now: ")
    finally:
        server.start()
    # The first answer may still come from a connection of before.
    told = [client.approve(started.manager) for _ in range(3)]
    assert [each.status_code for each in told[1:]] == [200, 200]
    assert told[-1].json["result"] == "applied"
    assert client.get("/readyz").status_code == 200
