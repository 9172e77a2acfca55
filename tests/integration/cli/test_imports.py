"""
A command imports only the heavy libraries that it works with.
"""

import subprocess
import sys

import pytest

from tests.integration.executor.company import policy

HEAVY = frozenset(
    {"SpiffWorkflow", "alembic", "flask", "holidays", "jsonschema", "lxml"}
    | {"sqlalchemy", "waitress"}
)
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
    The heavy libraries that a command of Sam's imports.
    """
    del office

    def imported(*arguments):
        command = [sys.executable, "-c", COMMAND, "--as", "sam", *arguments]
        ended = subprocess.run(command, capture_output=True, check=True, text=True)
        return HEAVY & set(ended.stderr.split())

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

    assert imported(*SUBMIT) == {"SpiffWorkflow", "holidays", "lxml", "sqlalchemy"}


@pytest.mark.parametrize("command", ["status", "history", "explain"])
def test_whoever_only_looks_needs_the_database_alone(imported, office, command):
    office.ok("--as", "sam", *SUBMIT)

    assert imported("approval", command, "--workflow", "WF-8809") == {"sqlalchemy"}


def test_the_inbox_needs_the_database_alone(imported):
    assert imported("inbox", "--as", "maria") == {"sqlalchemy"}
