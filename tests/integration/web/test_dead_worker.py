"""
A worker that was killed says nothing any more, and that is seen within a minute.
"""

import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from approval_engine.config import Settings
from approval_engine.executor.runtime import Runtime
from approval_engine.store import workers
from approval_engine.store.database import Database
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company

TOKEN = "only the scraper knows this"
A_MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def url(fresh_database):
    return fresh_database("sqlite", ready=True)


def seen_at(runtime):
    with runtime.database.read() as transaction:
        return workers.watch(transaction, datetime.now(UTC)).seen_at


def killed(url, runtime):
    """
    When a worker that was killed was seen last.
    """
    worker = subprocess.Popen(
        [sys.executable, "-m", "approval_engine", "--database", url, "worker"],
        stderr=subprocess.DEVNULL,
    )
    try:
        while seen_at(runtime) is None:
            assert worker.poll() is None
            time.sleep(0.05)
    finally:
        worker.kill()
        worker.wait()
    return seen_at(runtime)


def test_a_killed_worker_is_missed_after_a_minute(url):
    company = Company(url)
    company.now = datetime.now(UTC)
    workflow = company.started()
    due_at = company.case(workflow).next_due_at
    now = company.now
    runtime = Runtime(database=Database(url), clock=lambda: now)
    settings = Settings(secret_key="a key that only tests know", metrics_token=TOKEN)
    client = create_app(settings, runtime).test_client()

    def metric(name):
        asked = {"Authorization": f"Bearer {TOKEN}"}
        text = client.get("/metrics", headers=asked).text
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])

    last = killed(url, runtime)
    now = last + workers.PATIENCE
    assert metric("cpq_workers_live") == 1
    now += A_MOMENT
    assert metric("cpq_workers_live") == 0
    assert metric("cpq_worker_silence_seconds") >= 60
    # Nothing is late yet, so nobody has to look for another server.
    assert client.get("/readyz").text == "ok\n"
    now = due_at + workers.PATIENCE - A_MOMENT
    assert client.get("/readyz").text == "ok\n"
    now += A_MOMENT
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text[:9]) == (200, "degraded:")
    assert metric("cpq_timer_overdue_seconds") >= 60
    runtime.database.close()
    company.runtime.database.close()
