"""
What the office of the process does from the command line, and what it is told.
"""

import json

import pytest

from tests.integration.executor.company import STEPS, policy
from tests.integration.executor.office import people


@pytest.fixture
def desk(office):
    office.ok("directory", "import", office.file("people.json", people()))
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    return office


def act(shell, person, action, *more, task="T-2"):
    options = ("--workflow", "WF-8809", "--task", task, "--action", action, *more)
    return shell("--as", person, "approval", "action", *options)


def test_a_question_and_its_answer(desk):
    asked = act(desk, "fred", "request-info", "--comment", "which term?")
    assert asked.lines == [
        "workflow=WF-8809 task=T-2 action=request-info result=applied status=pending"
    ]
    assert act(desk, "sam", "provide-info", "--comment", "36 months").code == 0
    history = desk.ok("approval", "history", "--workflow", "WF-8809").lines
    assert history[-2].endswith(
        'action=info_requested actor=fred task=T-2 to=sam comment="which term?"'
    )


def test_a_comment_thread(desk):
    first = ("approval", "comment", "--workflow", "WF-8809", "--comment", "why?")
    desk.ok("--as", "fred", *first)
    seq = desk.ok("approval", "history", "--workflow", "WF-8809").lines[-1].split()[0]
    answer = ("--comment", "a pilot", "--reply-to", seq.removeprefix("seq="))
    desk.ok("--as", "sam", "approval", "comment", "--workflow", "WF-8809", *answer)

    last = desk.ok("approval", "history", "--workflow", "WF-8809").lines[-1]
    assert f"reply_to={seq.removeprefix('seq=')}" in last


def test_a_nudge_is_said_once(desk):
    nudge = ("--as", "sam", "approval", "nudge", "--workflow", "WF-8809")
    assert desk.ok(*nudge).lines == [
        "workflow=WF-8809 action=nudge result=applied status=pending"
    ]
    assert desk(*nudge).code == 4


def test_all_tasks_of_a_person_are_shown_then_handed_over(desk):
    assert act(desk, "fred", "claim").code == 0
    hand = ("--as", "ada", "approval", "reassign", "--from", "fred", "--to", "fiona")

    assert desk.ok(*hand, "--dry-run").lines == [
        "task=T-2 workflow=WF-8809 result=would_apply",
        "reassigned tasks=1 refused=0",
    ]
    assert desk.ok(*hand).lines[0] == "task=T-2 workflow=WF-8809 result=applied"
    assert desk.ok(*hand).lines == ["reassigned tasks=0 refused=0"]


def test_an_override_needs_an_admin_and_shows_everywhere(desk):
    override = ("approval", "override", "--workflow", "WF-8809", "--comment", "why")
    assert desk("--as", "maria", *override).code == 4
    first = desk.ok("--as", "ada", *override)
    assert first.lines == [
        (
            "workflow=WF-8809 action=request-override decision=approve"
            " result=applied status=pending"
        )
    ]
    second = desk.ok("--as", "abe", *override)
    assert second.lines[0].endswith("result=applied status=approved")
    status = desk.ok("approval", "status", "--workflow", "WF-8809").lines
    assert status[:2] == ["status=approved", "overridden=true"]
    history = desk.ok("approval", "history", "--workflow", "WF-8809").lines[-1]
    assert "action=overridden actor=abe" in history
    assert "decision=approve requested_by=ada" in history
    assert desk.ok("db", "check").code == 0


def test_below_the_limit_one_admin_is_enough(desk):
    override = ("approval", "override", "--workflow", "WF-8809", "--comment", "why")
    ended = desk.ok("--as", "ada", *override, CPQ_OVERRIDE_LIMIT="184000")

    assert ended.lines[0].endswith("status=approved")


def test_several_tasks_are_decided_each_with_its_own_result(desk):
    steps = {**STEPS, "finance": {**STEPS["finance"], "bulk": True}}
    file = desk.file("two.json", policy(steps=steps, version="2"))
    desk.ok("policy", "publish", file)
    second = json.loads((desk.folder / "quotes.json").read_text())[0] | {"id": "Q-3"}
    desk.ok("quote", "import", desk.file("more.json", second))
    desk.ok("--as", "sam", "approval", "submit", "--quote", "Q-3")
    ended = desk(
        *("--as", "fred", "approval", "action", "--action", "approve"),
        *("--tasks", "T-4,T-2,T-404"),
    )

    assert ended.code == 4
    assert ended.lines == [
        "workflow=WF-8810 task=T-4 action=approve result=applied status=pending",
        "workflow=WF-8809 task=T-2 action=approve result=refused",
        "workflow=- task=T-404 action=approve result=refused",
    ]
    assert "must be decided one task at a time" in ended.err


def test_a_leaver_is_shown_then_replaced(desk):
    assert act(desk, "fred", "claim").code == 0
    without = people()
    without["users"] = [user for user in without["users"] if user["id"] != "fred"]
    without["roles"]["finance"] = ["fiona"]
    file = desk.file("next.json", without)
    shown = ["change=leaver user=fred name=Fred"]

    dry = desk.ok("directory", "import", file, "--sync", "--dry-run")
    assert dry.lines == shown
    assert act(desk, "fred", "release").code == 0
    assert act(desk, "fred", "claim").code == 0
    applied = desk.ok("directory", "import", file, "--sync")
    assert applied.lines[:2] == [
        *shown,
        "task=T-2 workflow=WF-8809 from=fred by=colleague asks=[fiona]",
    ]
    assert desk("directory", "import", file, "--dry-run").code == 2


def test_files_come_with_a_quote_and_with_a_comment(desk):
    (desk.folder / "redline.txt").write_text("red", encoding="utf-8")
    given = json.loads((desk.folder / "quotes.json").read_text())[0]
    file = {"name": "redline.txt", "mediaType": "text/plain", "path": "redline.txt"}
    given |= {"id": "Q-4", "attachments": [file]}
    desk.ok("quote", "import", desk.file("q4.json", given))
    out = ("quote", "attachment", "--quote", "Q-4", "--out", "out.txt", "--name")

    assert (
        desk.ok(*out, "redline.txt").lines[0].startswith("attachment=out.txt sha256=")
    )
    assert (desk.folder / "out.txt").read_text() == "red"
    assert desk(*out, "other.txt").code == 3
    more = ("--comment", "see", "--attach", "redline.txt")
    assert act(desk, "fred", "comment", *more).code == 0
    history = desk.ok("approval", "history", "--workflow", "WF-8809").lines[-1]
    assert "attachment=redline.txt" in history
    small = {"CPQ_ATTACHMENT_BYTES": "2"}
    refused = desk(
        *("--as", "fred", "approval", "action", "--workflow", "WF-8809"),
        *("--task", "T-2", "--action", "comment", *more),
        **small,
    )
    assert refused.code == 4
    assert "has 3 bytes, not 1 to 2" in refused.err


def leaves(desk, *gone):
    changed = people(dana=None, **dict.fromkeys(gone))
    for user in changed["users"]:
        user["manager"] = None
    desk.ok("directory", "import", desk.file("people.json", changed))


def test_a_seat_that_nobody_can_take_is_an_alert_and_is_taken_out(desk):
    quote = {"id": "Q-9", "margin_pct": "30", "clause": True}
    body = {**json.loads((desk.folder / "quotes.json").read_text())[0], **quote}
    desk.ok("quote", "import", desk.file("clause.json", [body]))
    desk.ok("--as", "sam", "approval", "submit", "--quote", "Q-9")
    take = ("approval", "withdraw-seat", "--workflow", "WF-8810", "--task", "T-3")
    take += ("--comment", "she left")
    assert desk("--as", "ada", *take).code == 4
    leaves(desk, "lara")

    alert = (
        "alert=T-3 workflow=WF-8810 status=open kind=vacant_seat step=legal"
        ' because="all whom it asks have left"'
    )
    assert desk.ok("incident", "list").lines == [alert]
    status = ("approval", "status", "--workflow", "WF-8810", "--detail")
    told = [line for line in desk.ok(*status).lines if " alert=" in line]
    assert len(told) == 1
    assert "task=T-3" in told[0]
    first, *_ = desk.ok("--json", *status).json["tasks"]
    assert first["alert"] == "all whom it asks have left"

    assert desk("--as", "leo", *take).code == 4
    assert desk("--as", "ada", *take[:-2]).code == 2
    done = "workflow=WF-8810 task=T-3 action=withdraw-seat result=%s status=pending"
    assert desk.ok("--as", "ada", *take).lines == [done % "applied"]
    assert desk.ok("--as", "ada", *take).lines == [done % "duplicate"]
    history = desk.ok("approval", "history", "--workflow", "WF-8810").lines
    assert history[-1].endswith(
        'action=seat_withdrawn actor=ada task=T-3 asked=[lara] comment="she left"'
    )
    explain = desk.ok("approval", "explain", "--workflow", "WF-8810").lines
    assert "step=legal seat_withdrawn=T-3 asked=lara by=ada" in explain
    assert desk.ok("incident", "list").lines == []
