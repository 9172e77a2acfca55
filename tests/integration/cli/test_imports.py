"""
A command imports only the heavy libraries that it works with.
"""

import subprocess
import sys

import pytest

from tests.integration.executor.company import policy

HEAVY = frozenset(
    {"SpiffWorkflow", "alembic", "argon2", "cryptography", "flask", "holidays"}
    | {"jsonschema", "logging.config", "lxml", "orjson", "prometheus_client"}
    | {"psycopg", "pydantic", "sqlalchemy", "waitress", "werkzeug"}
)
OURS = frozenset(
    f"approval_engine.{name}"
    for name in (
        *("definitions.reading", "executor.commands", "executor.engine", "operations"),
        *("policy.conditions", "policy.load", "scenarios", "web", "worker"),
    )
)
"""Parts of ours that take long to import, and most commands do without."""

DATABASE = {"orjson", "sqlalchemy"}
DECIDING = {
    f"approval_engine.{name}"
    for name in (
        *("definitions.reading", "executor.commands", "executor.engine"),
        *("policy.conditions", "policy.load"),
    )
}
SUBMIT = ("approval", "submit", "--quote", "Q-1")

# A process of its own: this one has imported everything already.
COMMAND = """
import sys

from approval_engine.cli import main

try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


@pytest.fixture
def imported(office):
    """
    What is heavy of all that a command of Sam's imports.
    """
    del office

    def imported(*arguments):
        command = [sys.executable, "-c", COMMAND, "--as", "sam", *arguments]
        ended = subprocess.run(command, capture_output=True, check=True, text=True)
        return (HEAVY | OURS) & set(ended.stderr.split())

    return imported


def test_the_list_of_commands_needs_no_library(imported):
    assert imported("--help") == set()
    assert imported("config") == set()


def test_a_submit_needs_the_engine_and_the_holidays(imported, office):
    us = {"timeZone": "UTC", "hours": "09:00-17:00", "days": "Mon-Fri"}
    newer = policy(
        version="2",
        calendars={"us": us | {"holidays": "US"}},
        defaults={"slaHours": 24, "fallbackRole": "deal_desk", "calendar": "us"},
    )
    office.ok("policy", "publish", office.file("newer.json", newer))

    engine = {"SpiffWorkflow", "holidays", "lxml"}
    assert imported(*SUBMIT) == DATABASE | DECIDING | engine


@pytest.mark.parametrize("command", ["status", "history"])
def test_whoever_only_looks_needs_the_database_alone(imported, office, command):
    office.ok("--as", "sam", *SUBMIT)

    assert imported("approval", command, "--workflow", "WF-8809") == DATABASE


def test_what_explains_asks_the_policy_and_not_the_engine(imported, office):
    office.ok("--as", "sam", *SUBMIT)

    found = imported("approval", "explain", "--workflow", "WF-8809")
    assert found & {"SpiffWorkflow", "holidays", "lxml", "logging.config"} == set()
    assert "approval_engine.executor.engine" not in found


def test_the_inbox_reads_the_directory_and_no_policy(imported):
    conditions = {"approval_engine.policy.conditions"}
    assert imported("inbox", "--as", "maria") == DATABASE | conditions
