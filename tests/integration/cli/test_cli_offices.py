"""
Every right of every office, asked of the commands: the same table as on the web.
"""

import json
from pathlib import Path

import pytest

from approval_engine.domain.rights import Right
from tests.integration.executor.company import policy, quote
from tests.offices import PEOPLE, holders, staffed

FRAME = Path(__file__).parents[3] / "bpmn" / "standard-none.bpmn"
LATEST = ("--from", "2026-03-01", "--to", "2026-03-03")


def commands(shell):
    """
    A command for each right; all of them may run any number of times.
    """
    people = shell.file("again.json", staffed())
    rules = shell.file("rules.json", policy())
    quotes = shell.file("more.json", [quote("Q-1")])
    task = ("--workflow", "WF-8809", "--task", "T-2")
    return {
        Right.SEE_EVERYTHING: ("report", "population", *LATEST),
        Right.RUN_DESK: ("quote", "import", quotes),
        Right.SEE_PROCESSES: ("process", "list"),
        Right.DEPLOY: ("process", "deploy", str(FRAME)),
        Right.SEE_POLICIES: ("policy", "list"),
        Right.PUBLISH: ("policy", "publish", rules),
        Right.SEE_OFFICE: ("outbox", "list"),
        Right.REASSIGN: (
            *("approval", "action", *task, "--action", "reassign"),
            *("--to", "fiona", "--comment", "ill"),
        ),
        Right.OVERRIDE: (
            *("approval", "override", "--workflow", "WF-8809"),
            *("--decision", "reject", "--comment", "fraud"),
        ),
        Right.ADMINISTER: ("directory", "import", people),
    }


@pytest.fixture
def firm(office):
    office.ok("directory", "import", office.file("people.json", staffed()))
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    return office


def named(shell, column):
    return lambda *command: shell("--as", PEOPLE[column], *command).code


def with_token(*scopes):
    def by_token(shell, column):
        words = [word for each in scopes for word in ("--scope", each)]
        made = shell.ok("--json", "token", "create", "--user", PEOPLE[column], *words)
        token = json.loads(made.out)["secret"]
        return lambda *command: shell(*command, CPQ_TOKEN=token).code

    return by_token


@pytest.mark.parametrize(
    "channel", [named, with_token("read", "act", "submit", "admin")]
)
def test_every_cell_of_the_command_line_is_what_the_table_says(firm, channel):
    table, tried = holders(), commands(firm)
    asks = {column: channel(firm, column) for column in PEOPLE}
    found = {
        (right.name, column): asks[column](*tried[right])
        for right in Right
        for column in PEOPLE
    }

    assert found == {
        (right.name, column): 0 if column in table[right.name] else 4
        for right in Right
        for column in PEOPLE
    }


def test_a_token_to_read_shows_what_its_owner_may_see_and_does_nothing(firm):
    ask = with_token("read")(firm, "admin")
    found = {right: ask(*command) for right, command in commands(firm).items()}

    assert {right for right, code in found.items() if code == 0} == {
        Right.SEE_EVERYTHING,
        Right.SEE_PROCESSES,
        Right.SEE_POLICIES,
        Right.SEE_OFFICE,
    }


def test_where_nobody_is_named_the_machine_does_what_an_office_does(firm):
    tried = commands(firm)
    del tried[Right.REASSIGN], tried[Right.OVERRIDE]

    assert {firm(*command).code for command in tried.values()} == {0}


def test_records_name_whoever_was_named(firm):
    newer = firm.file("newer.json", policy(version="2"))
    firm.ok("--as", "dana", "policy", "publish", newer)

    assert firm.ok("policy", "list").lines[-1].endswith("by=dana")


def test_people_manage_their_own_windows_and_tokens_without_an_office(firm):
    window = (
        *("--from", "maria", "--starts", "2026-03-02T09:00:00Z"),
        *("--ends", "2026-03-09T09:00:00Z"),
    )
    add = ("delegation", "add", "--to", "mona", *window)
    assert firm("--as", "fred", *add).code == 4
    firm.ok("--as", "maria", *add)

    assert firm("--as", "fred", "token", "list", "--user", "maria").code == 4
    firm.ok("--as", "maria", "token", "list", "--user", "maria")


@pytest.mark.parametrize("person", ["sam", "anton", "augusta", "gone", "nobody"])
def test_a_review_is_not_replanned_by_just_anybody(firm, person):
    newer = firm.file("newer.json", policy(version="2"))
    firm.ok("policy", "publish", newer)
    replan = ("approval", "replan", "--workflow", "WF-8809")
    before = firm.ok("approval", "history", "--workflow", "WF-8809").out

    assert firm("--as", person, *replan).code == 4
    assert firm(*replan, CPQ_USER=person).code == 4
    assert firm.ok("approval", "history", "--workflow", "WF-8809").out == before
    firm.ok("--as", "dana", *replan)


@pytest.mark.postgres
def test_on_a_machine_that_is_not_trusted_only_tokens_count(shell, fresh_database):
    """
    Whoever says that he is an admin is not believed; whoever can show it is.
    """
    world = {"CPQ_DATABASE_URL": fresh_database("postgresql")}
    trusted = world | {"CPQ_TRUST_CLI": "1"}
    people = shell.file("people.json", staffed())
    rules = shell.file("rules.json", policy())
    shell.ok("db", "upgrade", **trusted)
    shell.ok("directory", "import", people, **trusted)
    made = ("--json", "token", "create", "--scope", "admin", "--user")
    tokens = {
        person: json.loads(shell.ok(*made, person, **trusted).out)["secret"]
        for person in ("ada", "sam")
    }
    publish = ("policy", "publish", rules)

    assert shell(*publish, **world).code == 4
    assert shell("--as", "ada", *publish, **world).code == 4
    assert shell(*publish, **world, CPQ_TOKEN=tokens["sam"]).code == 4
    assert shell("policy", "list", **world).lines == []
    shell.ok(*publish, **world, CPQ_TOKEN=tokens["ada"])
    assert shell.ok("policy", "list", **world).lines[-1].endswith("by=ada")

    for command in (
        ("token", "create", "--user", "carl", "--scope", "act"),
        (
            "identity",
            "link",
            "--user",
            "carl",
            "--subject",
            "s",
            "--issuer",
            "https://x",
        ),
        ("password", "set", "--user", "carl"),
    ):
        assert shell(*command, **world, CPQ_TOKEN=tokens["ada"]).code == 4
