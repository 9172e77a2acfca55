"""
`cpq incident`: what holds a workflow is listed, and closed once its cause is gone.
"""

import getpass
import re
import sqlite3

import pytest

from tests.integration.cli.conftest import NOW


def state(office, *value):
    """
    The engine's state of the first workflow; with a value it is that from now on.
    """
    with sqlite3.connect(office.folder / "cpq.db") as connection:
        if value:
            connection.execute("UPDATE workflow_instance SET state = ?", value)
        return connection.execute("SELECT state FROM workflow_instance").fetchone()[0]


def approve(office):
    return office(
        "--as", "maria", "approval", "action", "--workflow", "WF-8809",
        "--task", "T-1", "--action", "approve",
    )  # fmt: skip


def test_a_held_workflow_goes_on_once_it_replays_again(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    assert office.ok("incident", "list").lines == []
    whole = state(office)
    state(office, b"broken")
    assert approve(office).code == 4

    (line,) = office.ok("incident", "list").lines
    assert line.startswith(
        f"incident=IN-1 workflow=WF-8809 status=open kind=engine at={NOW[:10]}"
    )
    status = ("approval", "status", "--workflow", "WF-8809")
    assert "held_by=IN-1" in office.ok(*status).lines
    assert office.ok("--json", *status).json["heldBy"] == "IN-1"

    early = office("incident", "close", "--incident", "IN-1")
    assert (early.code, "does not replay" in early.err) == (4, True)
    repair = ("approval", "replay", "--repair", "--workflow", "WF-8809")
    assert office("approval", "replay", "--repair").code == 2
    assert office(*repair[:-1], "WF-1").code == 3
    (line,) = office.ok(*repair).lines
    assert re.fullmatch(
        r"replay=repaired workflow=WF-8809 events=\d+ fields=\[state\]", line
    )
    assert state(office) == whole
    assert office.ok(*repair).lines[0].startswith("replay=ok workflows=1 events=")
    note = ("--note", "a full disk")
    closed = office.ok("incident", "close", "--incident", "IN-1", *note)
    assert closed.lines == ["incident=IN-1 workflow=WF-8809 status=closed"]
    assert office.ok("incident", "list").lines == []
    (line,) = office.ok("incident", "list", "--all").lines
    assert "status=closed" in line
    assert line.endswith(f' closed_by={getpass.getuser()} note="a full disk"')
    assert approve(office).code == 0
    assert office("incident", "close", "--incident", "IN-1").code == 3


def test_what_is_held_is_repaired_after_a_look_at_what_would_be_done(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    whole = state(office)
    state(office, b"broken")
    held = approve(office)
    assert (held.code, "is held by incident 'IN-1'" in held.err) == (4, True)

    repair = ("incident", "repair", "--incident", "IN-1")
    assert office("incident", "repair").code == 2
    assert office(*repair, "--all").code == 2
    assert office(*repair[:-1], "IN-9").code == 3
    seen = office.ok(*repair, "--preview")
    line = "incident=IN-1 workflow=WF-8809 result=would_repair fields=[state]"
    assert seen.lines == [line]
    assert state(office) == b"broken"
    done = office.ok(*repair)
    assert done.lines == [line.replace("would_repair", "repaired")]
    assert state(office) == whole
    again = office.ok("--json", "incident", "repair", "--all").json
    assert again == [{"incident": "IN-1", "workflow": "WF-8809", "result": "right"}]
    assert approve(office).code == 4
    office.ok("incident", "close", "--incident", "IN-1")
    assert approve(office).code == 0
    assert office.ok("incident", "repair", "--all").lines == []


@pytest.mark.broken
@pytest.mark.parametrize(
    "deed",
    [
        ("action", "--task", "T-1", "--action", "approve"),
        ("comment", "--comment", "hello"),
        ("nudge",),
        ("recall", "--comment", "never mind"),
    ],
)
def test_a_row_that_cannot_be_read_holds_its_workflow_for_whoever_acts(office, deed):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    with sqlite3.connect(office.folder / "cpq.db") as connection:
        connection.execute("UPDATE workflow_instance SET timers = '['")
    looked = office("approval", "status", "--workflow", "WF-8809")
    assert (looked.code, "cannot be read" in looked.err) == (8, True)
    assert office.ok("incident", "list").lines == []

    command, *options = deed
    for _ in range(2):
        ended = office("--as", "sam", "approval", command, "--workflow", "WF-8809",
                       *options)  # fmt: skip
        assert (ended.code, "is held by incident 'IN-1'" in ended.err) == (4, True)
    assert len(office.ok("incident", "list").lines) == 1


@pytest.mark.broken
def test_what_no_log_describes_is_left_as_it_is(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    state(office, b"broken")
    approve(office)
    with sqlite3.connect(office.folder / "cpq.db") as connection:
        connection.execute("UPDATE workflow_instance SET head = 'other'")

    ended = office("incident", "repair", "--all")
    assert ended.code == 8
    assert "result=refused because=" in ended.out
    assert "is changed or missing" in ended.out
    assert state(office) == b"broken"
