"""
Database, settings, worker and server, and who may run the commands of an admin.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from approval_engine.accounts.passwords import check
from approval_engine.cli import COMMANDS
from approval_engine.executor.runtime import Runtime
from approval_engine.store.database import Database
from approval_engine.store.upgrade import NEWEST
from tests.integration.cli.conftest import NOW
from tests.integration.executor.company import directory, policy, quote

CPQ = Path(sys.executable).with_name("cpq")
LATE = "2026-03-20T09:00:00Z"
"""When every timer of what was submitted at NOW is due."""


def submitted(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-2")


def rewrite(statement):
    with sqlite3.connect("cpq.db") as raw:
        raw.execute(statement)
    raw.close()


def test_an_upgrade_creates_the_database_and_may_be_repeated(shell):
    for _ in range(2):
        assert shell.ok("db", "upgrade").lines == [f"database=ok schema={NEWEST}"]


def test_an_empty_database_is_named_as_such(shell):
    (shell.folder / "cpq.db").touch()
    ended = shell("quote", "list")

    assert ended.code == 7
    assert ended.notes == [
        "The database is empty; run 'cpq db upgrade' or 'cpq seed' first."
    ]


HOW = "run 'cpq db upgrade' or 'cpq seed' to make one."

NEEDS_A_DATABASE = (
    ("approval", "status", "--workflow", "WF-1"),
    ("approval", "verify", "--all"),
    ("db", "check"),
    ("--as", "fred", "inbox"),
    ("inbox", "--all"),
    ("quote", "import", "file.json"),
    ("policy", "list"),
    ("token", "create", "--user", "fred", "--scope", "read"),
    ("worker", "--once"),
    ("serve",),
)


@pytest.mark.parametrize("arguments", NEEDS_A_DATABASE, ids=" ".join)
def test_a_mistyped_database_is_missed_and_not_made(shell, arguments):
    shell.file("file.json", quote())
    url = "sqlite:///cqp.db"
    ended = shell(*arguments, CPQ_DATABASE_URL=url, CPQ_NOW="", CPQ_SECRET_KEY="k" * 16)

    assert (ended.code, ended.notes) == (
        7,
        [f"There is no database 'cqp.db'; {HOW}"],
    )
    assert not (shell.folder / "cqp.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [("db", "upgrade"), ("seed", "--scenario", "approvals"), ("demo", "--no-serve")],
    ids=" ".join,
)
def test_what_makes_a_database_makes_it_where_it_was_told(shell, arguments):
    shell.ok("--database", "sqlite:///new.db", *arguments)

    assert (shell.folder / "new.db").stat().st_size > 0


@pytest.mark.parametrize("url", ["", "cpq.db", "mysql://h/d", "postgresql://h:port/d"])
def test_a_malformed_database_is_wrong_usage(shell, url):
    by_option = shell("--database", url, "quote", "list")

    assert by_option.code == 2
    assert "Expected --database to be sqlite:///FILE or" in by_option.err
    if url:
        by_variable = shell("quote", "list", CPQ_DATABASE_URL=url)
        assert by_variable.code == 2
        assert "Expected CPQ_DATABASE_URL to be sqlite:///FILE or" in by_variable.err


def test_a_database_that_is_away_is_no_wrong_usage(shell):
    ended = shell("--database", "postgresql://nobody@127.0.0.1:1/d", "quote", "list")

    assert (ended.code, len(ended.notes)) == (7, 1)


def test_a_database_of_another_version_is_refused(office):
    rewrite("UPDATE alembic_version SET version_num = '9999'")

    for command in (("quote", "list"), ("db", "check"), ("worker", "--once")):
        assert office(*command).code == 7


@pytest.mark.broken
def test_a_file_that_is_no_database_is_refused_in_a_sentence(shell):
    (shell.folder / "cpq.db").write_bytes(b"not a database, but longer than a page" * 9)
    ended = shell("db", "check")

    assert (ended.code, len(ended.notes)) == (7, 1)


def test_a_sound_database_passes_the_check(office):
    submitted(office)

    assert office.ok("db", "check").lines == ["check=ok workflows=2 events=7"]
    assert office.ok("--json", "db", "check").json == {
        "check": "ok",
        "workflows": 2,
        "events": 7,
        "findings": [],
    }


@pytest.mark.broken
def test_each_finding_is_a_line_and_the_check_ends_with_8(office):
    submitted(office)
    rewrite("UPDATE approval_task SET is_open = 0, role = 'legal' WHERE id = 'T-1'")
    ended = office("db", "check")
    as_json = office("--json", "db", "check")

    assert (ended.code, as_json.code) == (8, 8)
    assert ended.lines[1] == (
        "check=failed invariant=I23 workflow=WF-8809"
        " detail=\"task 'T-1' says 0 in column 'is_open', not 1\""
    )
    assert [each["invariant"] for each in as_json.json["findings"]] == ["I5", "I23"]


def test_a_long_check_shows_a_bar_to_whoever_watches(office, monkeypatch):
    submitted(office)
    assert "%" not in office.ok("db", "check").err

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    watched = office.ok("db", "check")
    assert watched.lines == ["check=ok workflows=2 events=7"]


def test_settings_are_shown_without_secrets(shell):
    secrets = {"CPQ_SECRET_KEY": "open sesame", "CPQ_SMTP_URL": "smtp://a:pass@mail"}
    plain = shell.ok("config", **secrets)
    as_json = shell.ok("--json", "config", **secrets).json

    assert "CPQ_SECRET_KEY=***" in plain.lines
    assert as_json["CPQ_SMTP_URL"] == "smtp://a:***@mail"
    assert "sesame" not in plain.out + str(as_json)
    assert not (shell.folder / "cpq.db").exists()


def test_the_database_option_comes_before_the_environment(shell):
    other = ("--database", "sqlite:///other.db")
    ended = shell.ok(*other, "config", CPQ_DATABASE_URL="sqlite:///this.db")

    assert ended.lines[0] == "CPQ_DATABASE_URL=sqlite:///other.db"


def test_a_worker_fires_what_is_due_once(office):
    submitted(office)
    before = office.ok("worker", "--once").lines
    late = office.ok("worker", "--once", CPQ_NOW=LATE).lines
    again = office.ok("worker", "--once", CPQ_NOW=LATE).lines

    assert (before, again) == (["fired=0 held=[]"], ["fired=0 held=[]"])
    assert late == ["fired=1 held=[]"]
    actions = office.ok("approval", "history", "--workflow", "WF-8809").out
    assert actions.count("action=task_escalated") == 2
    assert office("db", "check").code == 0


def test_a_worker_says_in_its_help_what_sending_needs(shell):
    said = shell.ok("worker", "--help").out

    for name in ("CPQ_SMTP_URL", "CPQ_MAIL_FROM", "CPQ_WEBHOOK_SECRET"):
        assert name in said


def test_a_server_refuses_a_clock_that_stands(office):
    ended = office("serve", CPQ_SECRET_KEY="k" * 32)

    assert ended.code == 4
    assert "CPQ_ALLOW_FIXED_CLOCK=1" in ended.notes[-1]


@pytest.mark.parametrize(
    ("command", "key"), [("serve", ""), ("serve", "short"), ("demo", "short")]
)
def test_a_server_needs_a_secret_key(office, command, key):
    ended = office(command, CPQ_SECRET_KEY=key, CPQ_ALLOW_FIXED_CLOCK="1")

    assert ended.code == 2
    assert "Expected CPQ_SECRET_KEY to be 16 characters or more" in ended.err


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"CPQ_SECRET_KEY": "dev"}, "Expected CPQ_SECRET_KEY to be 16 characters"),
        (
            {"CPQ_SECRET_KEY": "changemechangeme"},
            "but it is made of words that stand in examples",
        ),
        (
            {"CPQ_SECRET_KEY": "k" * 32, "CPQ_BASE_URL": "https://cpq.example"},
            "but it is a few characters again and again",
        ),
        (
            {"CPQ_SECRET_KEY": "k" * 32, "FLASK_DEBUG": "1"},
            "Expected FLASK_DEBUG to be off, but it is on.",
        ),
    ],
    ids=["short", "placeholder", "monotonous", "debug"],
)
def test_a_server_refuses_what_opens_it_to_everybody(office, settings, sentence):
    ended = office("serve", CPQ_ALLOW_FIXED_CLOCK="1", **settings)

    assert ended.code == 2
    assert sentence in " ".join(ended.err.split())


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_server_needs_a_port(office, port):
    assert office("serve", "--port", port).code == 2


def _surroundings():
    # Where the source under test is found by its path, a child finds it there too.
    path = os.environ.get("PYTHONPATH")
    return {"PATH": "/usr/bin:/bin"} | ({"PYTHONPATH": path} if path else {})


@contextmanager
def running(*arguments, **environment):
    """
    A real process that ends by SIGTERM, in order and without a traceback.
    """
    process = subprocess.Popen(
        [CPQ, *arguments],
        env={**_surroundings(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in err) == (0, False), out + err


@pytest.mark.usefixtures("office")
def test_a_running_worker_ends_by_a_signal():
    with running("worker") as process:
        line = process.stderr.readline()

    assert "Ctrl-C ends it" in line


@pytest.mark.usefixtures("office")
def test_a_server_answers_and_ends_by_a_signal(free_port):
    key = {"CPQ_SECRET_KEY": "k" * 32}
    with running("serve", "--port", str(free_port), **key) as process:
        line = process.stdout.readline()
        address = line.strip().removeprefix("serving=")
        client = HTTPConnection("127.0.0.1", free_port, timeout=10)
        client.request("GET", "/healthz")
        status = client.getresponse().status
        client.close()

    assert (address, status) == (f"http://127.0.0.1:{free_port}", 200)


def test_a_demo_has_one_password_for_all_its_people(shell):
    with running("demo") as process:
        serving = next(each for each in process.stdout if each.startswith("serving="))
        told = next(each for each in process.stderr if each.startswith("log in as"))
    password = serving.strip().partition("user=maria password=")[2]

    assert told.startswith("log in as one of sam, maria, dana")
    assert told.strip().endswith(f" with password {password}")
    with closing(Database(f"sqlite:///{shell.folder / 'cpq.db'}")) as database:
        runtime = Runtime(database=database)
        for person in ("sam", "maria", "ada"):
            check(runtime, person, password, "127.0.0.1")


def test_a_port_in_use_is_wrong_usage(office, taken_port):
    options = ("serve", "--port", str(taken_port))
    ended = office(*options, CPQ_SECRET_KEY="k" * 32, CPQ_ALLOW_FIXED_CLOCK="1")

    assert ended.code == 2
    assert f"127.0.0.1:{taken_port} cannot be served" in ended.err


@pytest.mark.parametrize(
    ("name", "value"), [("CPQ_NOW", "yesterday"), ("CPQ_TRUST_CLI", "maybe")]
)
def test_a_malformed_setting_is_wrong_usage(shell, name, value):
    ended = shell("config", **{name: value})

    assert ended.code == 2
    assert f"Expected {name} to be" in ended.err


ADMIN = (
    ("db", "upgrade"),
    ("db", "check"),
    ("quote", "import", "file.json"),
    ("directory", "import", "file.json"),
    ("policy", "publish", "file.json"),
    ("delegation", "end", "--delegation", "D-1"),
    ("inbox", "--all"),
    ("token", "create", "--user", "fred", "--scope", "read"),
    ("password", "set", "--user", "fred"),
    ("worker", "--once"),
)


@pytest.mark.postgres
@pytest.mark.parametrize("arguments", ADMIN, ids=" ".join)
def test_an_admin_is_trusted_where_the_file_system_decides(
    shell, fresh_database, arguments
):
    shell.file("file.json", [])
    url = fresh_database("postgresql")
    ended = shell(*arguments, CPQ_DATABASE_URL=url)

    assert ended.code == 4
    assert "CPQ_TRUST_CLI=1" in ended.notes[-1]


@pytest.mark.postgres
def test_a_trusted_command_line_does_the_same_on_postgresql(shell, fresh_database):
    world = {"CPQ_DATABASE_URL": fresh_database("postgresql"), "CPQ_TRUST_CLI": "1"}
    shell.ok("db", "upgrade", **world)
    shell.ok("directory", "import", shell.file("d.json", directory()), **world)
    shell.ok("policy", "publish", shell.file("p.json", policy()), **world)
    shell.ok("quote", "import", shell.file("q.json", quote()), **world)
    shell.ok("--as", "sam", "approval", "submit", "--quote", "Q-1", **world)

    assert len(shell.ok("--as", "fred", "inbox", **world).lines) == 1
    assert shell.ok("worker", "--once", **(world | {"CPQ_NOW": LATE})).lines == [
        "fired=1 held=[]"
    ]
    assert shell.ok("db", "check", **world).lines[0].startswith("check=ok")
    assert shell.ok("process", "list", **world).out.endswith("workflows=1\n")


@pytest.mark.parametrize("place", [0, 2, 3])
def test_bytes_that_are_no_text_are_wrong_usage(shell, place):
    arguments = ["--as", "sam", "recall", "--comment"]
    arguments.insert(place + 1, "\udcff")

    ended = shell(*arguments)
    assert (ended.code, ended.err) == (2, "Error: Expected all arguments in UTF-8.\n")


def test_the_installed_command_and_the_module_are_the_same(shell):
    for start in ([CPQ], [sys.executable, "-m", "approval_engine"]):
        ended = subprocess.run(
            [*start, "config"],
            env={"CPQ_NOW": NOW},
            cwd=shell.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "CPQ_NOW=2026-03-02T09:00:00Z" in ended.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(shell, name):
    text = shell.ok(name, "--help").out

    assert re.search(r"^  [A-Z].*\.", text, re.MULTILINE)
