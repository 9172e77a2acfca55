"""
Several processes: none shares a connection or cuts an answer, all count together.
"""

import os
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

from approval_engine.accounts.tokens import create
from tests.integration.executor.company import Company
from tests.integration.web.served import GUNICORN, TOKEN, Callers, gunicorn

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not GUNICORN.exists(),
    reason="There is no gunicorn: it comes with the extra 'server'.",
)

SLOW = """
import time
from approval_engine.web.wsgi import application as real

def application():
    app = real()

    @app.get("/healthz/slow")
    def slow():
        time.sleep(1.5)
        return "whole" * 1000

    from approval_engine.web import session
    session.OPEN = session.OPEN | {"slow"}
    return app
"""
"""The product with an address that takes its time."""


@pytest.fixture
def url(fresh_database):
    url = fresh_database("sqlite", ready=True)
    Company(url).runtime.database.close()
    return url


@pytest.fixture
def slow(tmp_path):
    (tmp_path / "slow_product.py").write_text(SLOW, encoding="utf-8")
    return "slow_product:application()"


def counted(text, route):
    found = re.findall(
        rf'cpq_http_requests_total{{.*route="{re.escape(route)}".*}} (\S+)', text
    )
    return sum(map(float, found))


def test_what_processes_count_adds_up_and_outlives_them(url, tmp_path):
    with gunicorn(url, tmp_path) as server:
        for _ in range(20):
            assert server.get("/login")[0] == 200
        assert counted(server.metrics(), "/login") == 20
        gone = server.workers()[0]
        os.kill(gone, signal.SIGKILL)
        server.wait_for(lambda: len(set(server.workers()) - {gone}) == 2)
        for _ in range(10):
            assert server.get("/login")[0] == 200

        answers = [server.metrics() for _ in range(6)]
        assert {counted(each, "/login") for each in answers} == {30}
        standing = {re.sub(r"(?m)^.*cpq_http.*\n", "", each) for each in answers}
        assert len(standing) == 1
        assert 'cpq_workflows{status="pending"} 0.0' in standing.pop()
        requests = [each for each in server.lines() if each.get("route") == "/login"]
        assert len(requests) == 30
        assert all(each["status"] == 200 for each in requests)
        assert server.end() == 0
    assert all(each["level"] != "critical" for each in server.lines())


def test_a_stop_lets_what_is_under_way_end(url, tmp_path, slow):
    answers = []
    with gunicorn(url, tmp_path, slow, workers=1) as server:
        asked = Thread(target=lambda: answers.append(server.get("/healthz/slow")))
        asked.start()
        # It has been taken once the process that serves is at it.
        server.wait_for(lambda: _is_busy(server))
        assert server.end() == 0
        asked.join()

    assert answers == [(200, "whole" * 1000)]


def _kept_on(connection):
    """
    What an answer says of its connection.
    """
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    answer.read()
    return answer.headers["Connection"]


def _is_busy(server):
    """
    Whether somebody is connected: an established connection of the server's port.
    """
    port = f"{server.port:04X}"
    table = Path("/proc/net/tcp").read_text(encoding="utf-8")
    rows = [line.split() for line in table.splitlines()[1:]]
    return any(row[1].endswith(f":{port}") and row[3] == "01" for row in rows)


def test_no_line_tells_an_address_with_a_key_in_it(url, tmp_path):
    key = "k" * 43
    with gunicorn(url, tmp_path, workers=1) as server:
        status, _ = server.get(f"/m/{key}?asked={key}")
        server.get("/login")
        server.wait_for(lambda: any(e.get("route") == "/login" for e in server.lines()))
        text = str(server.lines())

    assert status == 404
    assert "/m/<token>" in text
    assert key not in text
    assert "gunicorn.access" not in text


def test_before_a_stop_the_load_balancer_is_told(url, tmp_path):
    with gunicorn(url, tmp_path, CPQ_DRAIN_SECONDS="2") as server:
        kept = HTTPConnection("127.0.0.1", server.port, timeout=10)
        assert _kept_on(kept) == "keep-alive"
        with Callers(server, "/login", "</html>") as callers:
            callers.wait_for(20)
            server.tell(signal.SIGTERM)
            server.wait_for(lambda: server.get("/readyz")[0] == 503)
            # Who keeps his connection would meet it closed: he is told as well.
            assert _kept_on(kept) == "close"
            kept.close()
            # Told, but not gone: whoever comes nevertheless is answered.
            callers.wait_for(20)
        assert server.get("/readyz") == (503, "stopping\n")
        assert server.get("/healthz") == (200, "ok\n")
        assert (callers.errors, callers.refused) == ([], 0)
        assert server.process.wait(30) == 0


@pytest.mark.postgres
def test_processes_are_replaced_under_load_without_an_error(fresh_database, tmp_path):
    url = fresh_database("postgresql", ready=True)
    company = Company(url)
    company.started()
    _, token = create(company.runtime, "maria", ["read"], None)
    company.runtime.database.close()
    bearer = {"Authorization": f"Bearer {token}"}
    with gunicorn(url, tmp_path) as server:
        before = set(server.workers())
        with Callers(
            server, "/api/v1/tasks", '"nextCursor":null}', **bearer
        ) as callers:
            callers.wait_for(20)
            server.tell(signal.SIGHUP)
            server.wait_for(
                lambda: (
                    len(server.workers()) == 2 and not before & set(server.workers())
                )
            )
            callers.wait_for(20)
        assert (callers.errors, callers.refused) == ([], 0)
        assert callers.answered >= 40
        assert server.end() == 0


def test_what_a_proxy_says_of_others_is_not_believed(url, tmp_path):
    forged = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "10.9.8.7",
        "X-Forwarded-Host": "evil.example",
        "X-User": "carl",
        "Script-Name": "/evil",
    }
    with gunicorn(url, tmp_path, workers=1) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/", headers=forged)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        text = body + str(answer.headers) + str(server.lines())

    assert answer.status == 401
    for word in ("evil", "10.9.8.7", "carl", "https://"):
        assert word not in text.replace("https://github.com", "")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"CPQ_SECRET_KEY": "short"}, "Expected CPQ_SECRET_KEY to be 16 characters"),
        ({"CPQ_LOG_FORMAT": "xml"}, "Expected CPQ_LOG_FORMAT to be text or json"),
        ({"CPQ_DATABASE_URL": "sqlite:///missing.db"}, "There is no database"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_process_could_serve_is_refused_in_a_sentence(
    url, tmp_path, environment, sentence
):
    settings = {
        "CPQ_DATABASE_URL": url,
        "CPQ_SECRET_KEY": "k" * 32,
        "CPQ_METRICS_TOKEN": TOKEN,
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    command = [GUNICORN, "--config", "python:approval_engine.web.server"]
    ended = subprocess.run(
        [*command, "--bind", "127.0.0.1:0"],
        env=settings | environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
