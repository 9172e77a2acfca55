"""
`cpq incident`: what holds a workflow is listed, and closed once its cause is gone.
"""

import getpass
import re
import sqlite3

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
