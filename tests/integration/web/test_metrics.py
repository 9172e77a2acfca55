"""
`/metrics`: who may read it, what it says, and that everybody is told the same.
"""

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from approval_engine import worker
from approval_engine.accounts.tokens import create
from approval_engine.config import Settings
from approval_engine.domain.people import Directory
from approval_engine.errors import StorageError
from approval_engine.store import gauges, workflows
from approval_engine.web.app import create_app
from tests.conftest import ON_BOTH
from tests.integration.executor.company import Company
from tests.integration.web.browser import Browser
from tests.integration.web.conftest import SECRET

TOKEN = "a token for the one who scrapes"
ALERTS = Path(__file__).parents[3] / "examples" / "prometheus" / "alerts.yml"
SHOWN_ONLY = {"cpq_tasks_open", "cpq_workflows", "cpq_task_waits_seconds"}
BOARD = ALERTS.with_name("board.json")
"""What is for a board and wakes nobody."""


@pytest.fixture
def app(company):
    return create_app(Settings(secret_key=SECRET, metrics_token=TOKEN), company.runtime)


@pytest.fixture
def scrape(app):
    def scrape(token=TOKEN, of=app):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Browser(of).get("/metrics", headers=headers)

    return scrape


def value(answer, name, **labels):
    """
    The value of a sample, None if there is none.
    """
    words = ",".join(f'{key}="{each}"' for key, each in sorted(labels.items()))
    start = f"{name}{{{words}}} " if labels else f"{name} "
    lines = [line for line in answer.text.splitlines() if line.startswith(start)]
    return float(lines[0].removeprefix(start)) if lines else None


def standing(answer):
    lines = answer.text.splitlines()
    return [line for line in lines if not re.match(r"(# \w+ )?cpq_http_", line)]


def test_it_says_how_things_stand(company, scrape):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.started(margin_pct="40")
    answer = scrape()

    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert value(answer, "cpq_database_up") == 1
    assert value(answer, "cpq_tasks_open", role="finance") == 1
    assert value(answer, "cpq_tasks_open", role="manager") is None
    assert value(answer, "cpq_tasks_late", role="finance") == 0
    assert value(answer, "cpq_workflows", status="pending") == 1
    assert value(answer, "cpq_workflows", status="approved") == 1
    assert value(answer, "cpq_incidents_open") == 0
    assert value(answer, "cpq_timer_overdue_seconds") == 0
    assert value(answer, "cpq_outbox_waiting") > 0
    assert value(answer, "cpq_outbox_dead") == 0
    assert value(answer, "cpq_workers_live") == 0
    assert value(answer, "cpq_worker_silence_seconds") is None


def test_what_nobody_does_grows_older(company, scrape):
    company.started()
    company.wait(days=10)
    before = scrape()
    assert value(before, "cpq_timer_overdue_seconds") > 3600
    assert value(before, "cpq_tasks_late", role="finance") == 1

    worker.once(company.runtime)
    after = scrape()
    assert value(after, "cpq_timer_overdue_seconds") == 0
    assert value(after, "cpq_workers_live") == 1
    assert value(after, "cpq_worker_silence_seconds") == 0


def test_what_is_to_wake_somebody_is_there_to_be_read(company, scrape):
    """
    Every name in the example of alerts is one that a scrape of a working product shows.
    """
    company.started()
    worker.once(company.runtime)
    shown = set(re.findall(r"^# TYPE (cpq_\w+)", scrape().text, re.MULTILINE))
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
    names = {n for rule in rules for n in re.findall(r"cpq_\w+", rule["expr"])}
    asked = {name: re.sub(r"_(total|bucket)$", "", name) for name in names}
    # SQLite does not tell how long anybody waits.
    known = shown | {"cpq_lock_wait_seconds"}

    assert {n for n, plain in asked.items() if not {n, plain} & known} == set()
    assert known - {*asked, *asked.values()} <= SHOWN_ONLY
    for rule in rules:
        assert {"alert", "expr", "for", "labels", "annotations"} == set(rule)
        assert rule["expr"].count("(") == rule["expr"].count(")")
    assert len({rule["alert"] for rule in rules}) == len(rules)


def test_the_board_names_only_what_is_there_to_be_read(company, scrape):
    company.started()
    worker.once(company.runtime)
    shown = set(re.findall(r"^# TYPE (cpq_\w+)", scrape().text, re.MULTILINE))
    # Of SQLite, and with one database, these are not shown.
    shown |= {"cpq_lock_wait_seconds", "cpq_replica_lag_seconds"}
    panels = json.loads(BOARD.read_text(encoding="utf-8"))["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"cpq_\w+", target["expr"])
    }
    plain = {re.sub(r"_(total|bucket)$", "", name) for name in asked}

    assert plain <= shown | {"cpq_http_requests"}
    assert {"cpq_tasks_open", "cpq_task_waits_seconds"} <= plain
    assert {"cpq_tasks_due_lately", "cpq_tasks_missed_lately"} <= plain
    places = [tuple(panel["gridPos"][each] for each in "xy") for panel in panels]
    assert len(set(places)) == len({panel["id"] for panel in panels}) == len(panels)


def test_how_the_flow_goes_is_told_by_role(company, scrape):
    workflow = company.started()
    company.wait(hours=30)
    before = scrape()

    assert value(before, "cpq_task_waits_seconds", role="finance") == 30 * 3600
    assert value(before, "cpq_tasks_due_lately", role="finance") is None

    # Due at the end of the third working day.
    company.wait(hours=30)
    late = scrape()
    assert value(late, "cpq_tasks_due_lately", role="finance") == 1
    assert value(late, "cpq_tasks_missed_lately", role="finance") == 1
    assert value(late, "cpq_tasks_due_recently", role="finance") == 0
    assert value(late, "cpq_tasks_missed_recently", role="finance") == 0

    company.act(workflow, "finance", "approve", "fred")
    answered = scrape()
    assert value(answered, "cpq_tasks_missed_lately", role="finance") == 1
    assert value(answered, "cpq_task_waits_seconds", role="finance") is None
    company.wait(hours=30)
    assert value(scrape(), "cpq_tasks_due_lately", role="finance") is None


def test_what_was_due_two_hours_ago_is_told_beside_what_was_due_in_a_day(
    company, scrape
):
    names = [f"cpq_tasks_{each}_recently" for each in ("due", "missed")]
    workflow = company.started()
    company.started()
    due_at = company.case(workflow).open_tasks[0].due_at

    def seen(**later):
        company.now = due_at + timedelta(**later)
        answer = scrape()
        return [value(answer, name, role="finance") for name in names]

    assert seen(microseconds=-1) == [None, None]
    assert seen() == [2, 2]
    company.now = due_at
    company.act(workflow, "finance", "approve", "fred")
    assert seen(hours=2, microseconds=-1) == [2, 1]
    assert seen(hours=2) == [0, 0]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not here")
def test_prometheus_can_read_every_expression_of_the_board(tmp_path):
    panels = json.loads(BOARD.read_text(encoding="utf-8"))["panels"]
    found = [target["expr"] for panel in panels for target in panel["targets"]]
    rules = [{"record": f"r{n}", "expr": each} for n, each in enumerate(found)]

    def checked(rules):
        path = tmp_path / "rules.yml"
        groups = {"groups": [{"name": "board", "rules": rules}]}
        path.write_text(yaml.safe_dump(groups), encoding="utf-8")
        command = ["promtool", "check", "rules", path]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked(rules).returncode == 0, checked(rules).stderr
    wrong = [{"record": "r", "expr": found[0] + ")"}]
    assert checked(wrong).returncode != 0


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not here")
def test_each_alert_wakes_when_it_should_and_sleeps_when_all_is_well():
    checked = subprocess.run(
        ["promtool", "test", "rules", "alerts_test.yml"],  # noqa: S607
        cwd=ALERTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_is_tried_both_ways():
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
    tried = yaml.safe_load((ALERTS.parent / "alerts_test.yml").read_text("utf-8"))
    checks = [check for each in tried["tests"] for check in each["alert_rule_test"]]
    awake = {check["alertname"] for check in checks if check.get("exp_alerts")}
    asleep = {check["alertname"] for check in checks if not check.get("exp_alerts")}

    assert awake == asleep == {rule["alert"] for rule in rules}


@pytest.fixture(params=ON_BOTH)
def on_both(request, fresh_database):
    company = Company(fresh_database(request.param, ready=True))
    yield company
    company.runtime.database.close()


def test_who_waits_for_a_lock_is_counted(on_both):
    """
    One writer keeps the lock of a workflow until the other one was seen to wait.
    """
    workflow, runtime = on_both.started(), on_both.runtime
    app = create_app(Settings(secret_key=SECRET, metrics_token=TOKEN), runtime)
    headers = {"Authorization": f"Bearer {TOKEN}"}

    def seen():
        return value(Browser(app).get("/metrics", headers=headers), "cpq_lock_waits")

    assert seen() == 0
    with ThreadPoolExecutor(1) as pool:
        with runtime.database.begin() as transaction:
            workflows.lock(transaction, workflow)
            other = pool.submit(on_both.act, workflow, "manager", "approve", "maria")
            while not other.done() and seen() == 0:
                pass
            assert not other.done()
        other.result()
    assert seen() == 0


def test_every_process_says_the_same_of_the_database(company, app, scrape):
    company.started()
    other = create_app(
        Settings(secret_key=SECRET, metrics_token=TOKEN), company.runtime
    )
    Browser(other).get("/login")

    assert standing(scrape()) == standing(scrape(of=other))


def test_requests_are_counted_by_route_method_and_status(company, scrape, enter):
    company.started()
    maria = enter("maria")
    for path in ("/tasks/T-1", "/tasks/T-1", "/tasks/T-999", "/nothing/T-1"):
        maria.get(path)
    maria.client.open("/healthz", method="BREW")
    answer = scrape()
    count, route = "cpq_http_requests_total", "/tasks/<task_id>"

    assert value(answer, count, route=route, method="GET", status="200") == 2
    assert value(answer, count, route=route, method="GET", status="404") == 1
    assert value(answer, count, route="(none)", method="GET", status="404") == 1
    assert value(answer, count, route="(none)", method="other", status="405") == 1
    seconds = "cpq_http_request_seconds_count"
    assert value(answer, seconds, route=route, method="GET") == 3
    assert "T-1" not in answer.text
    assert "BREW" not in answer.text


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", "ü"])
def test_strangers_read_nothing(scrape, token):
    answer = scrape(token)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "cpq_" not in answer.text


def test_a_log_in_or_an_address_of_this_machine_is_no_token(company, enter):
    """
    Behind a proxy of the same machine everybody comes from there.
    """
    assert enter("maria").get("/metrics").status_code == 401
    assert enter("maria").get("/metrics?token=" + TOKEN).status_code == 401


@pytest.mark.parametrize(
    ("roles", "scopes", "status"),
    [
        (("auditor",), ("read",), 200),
        (("admin",), ("read", "act"), 200),
        (("auditor",), ("act",), 401),
        ((), ("read",), 401),
    ],
)
def test_a_token_of_the_office_reads_it_too(
    company, scrape, monkeypatch, roles, scopes, status
):
    monkeypatch.setattr(Directory, "roles_of", lambda *_: roles)
    _, secret = create(company.runtime, "dana", scopes, None)

    assert scrape(secret).status_code == status


def test_without_a_token_of_its_own_only_the_office_reads_it(company):
    app = create_app(Settings(secret_key=SECRET), company.runtime)
    for header in ("Bearer ", "Bearer None", "Basic eDp5"):
        answer = Browser(app).get("/metrics", headers={"Authorization": header})
        assert answer.status_code == 401


def test_counters_show_while_the_database_is_away(scrape, monkeypatch):
    def away(*_):
        raise StorageError("away")

    scrape()
    monkeypatch.setattr(gauges, "read", away)
    answer = scrape()

    assert answer.status_code == 200
    assert value(answer, "cpq_database_up") == 0
    assert value(answer, "cpq_tasks_open", role="finance") is None
    assert "cpq_http_requests_total{" in answer.text
