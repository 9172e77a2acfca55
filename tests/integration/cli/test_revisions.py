"""
Revisions at the command line: the story of two workflows, clearance, and replan.
"""

import pytest

from tests.integration.executor.company import STEPS, TRIGGERS, policy, quote


@pytest.fixture
def revised(office):
    """
    Q-1 in its second revision: maria approved the first, and the margin sank.
    """
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    act(office, "WF-8809", "T-1", "maria")
    new = quote("Q-1", revision=2, margin_pct="20.5")
    office.ok("quote", "import", office.file("second.json", new))
    return office


def act(office, workflow, task, person, *more):
    return office.ok(
        "--as", person, "approval", "action", "--workflow", workflow, "--task", task,
        "--action", "approve", *more,
    )  # fmt: skip


def approval(office, command, workflow, *more):
    return office.ok("approval", command, "--workflow", workflow, *more)


def test_a_revision_tells_the_same_story_in_status_and_history(revised):
    submit = revised.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")

    assert submit.lines == ["workflow=WF-8810 status=pending steps=2"]
    assert approval(revised, "status", "WF-8809").lines == [
        "status=superseded",
        "current_tasks=[]",
        "margin_trigger=below_floor",
        "superseded_by=WF-8810",
    ]
    assert approval(revised, "status", "WF-8810").lines[-1] == "supersedes=WF-8809"
    old = approval(revised, "history", "WF-8809").lines[-1]
    new = approval(revised, "history", "WF-8810").lines[0]
    assert "action=superseded actor=sam task=- by=WF-8810 because=revision" in old
    assert "action=submitted actor=sam task=- supersedes=WF-8809" in new
    assert revised("db", "check").code == 0
    assert revised.ok("approval", "replay", "--all").lines[0].startswith("replay=ok")


def test_status_and_explain_say_what_changed_since_the_last_decision(revised):
    revised.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    changed = (
        "asked_again=worse decided_by=maria decided_in=WF-8809"
        " changed=[margin_pct:21.4->20.5:worse]"
    )
    detail = approval(revised, "status", "WF-8810", "--detail").lines
    explained = approval(revised, "explain", "WF-8810").lines

    assert [line for line in detail if line.endswith(changed)] == [detail[4]]
    assert f"step=manager {changed}" in explained


def test_bounds_are_given_and_shown(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    act(office, "WF-8809", "T-1", "maria", "--within", "margin_pct>=20")
    new = quote("Q-1", revision=2, margin_pct="20.5")
    office.ok("quote", "import", office.file("second.json", new))
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")

    assert "within=margin_pct>=20" in approval(office, "history", "WF-8809").out
    (kept,) = [
        line
        for line in approval(office, "history", "WF-8810").lines
        if "action=task_carried" in line
    ]
    assert "person=maria workflow=WF-8809 because=within_envelope" in kept


def test_bounds_that_are_none_are_refused(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    ended = office(
        "--as", "maria", "approval", "action", "--workflow", "WF-8809", "--task",
        "T-1", "--action", "approve", "--within", "margin_pct is fine",
    )  # fmt: skip

    assert ended.code == 2
    assert "Expected bounds such as" in ended.notes[-1]


def test_a_quote_shows_the_fingerprint_that_it_is_cleared_by(office):
    *_, line = office.ok("quote", "show", "--quote", "Q-2").lines
    held = line.removeprefix("fingerprint=")
    ask = ("quote", "clearance", "--quote", "Q-2", "--fingerprint")
    before = office.ok(*ask, held).lines
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-2")

    assert before == ["clearance=changed"]
    assert office.ok(*ask, held).lines == ["clearance=cleared"]
    assert office.ok(*ask, "0" * 64).lines == ["clearance=changed"]
    assert office.ok("--json", *ask, held).json == {
        "clearance": "cleared",
        "fingerprint": held,
        "workflow": "WF-8809",
    }
    assert (
        office("quote", "clearance", "--quote", "Q-9", "--fingerprint", "x").code == 3
    )


def test_a_replan_is_shown_first_and_done_when_asked(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    act(office, "WF-8809", "T-1", "maria")
    margin = {**TRIGGERS[0], "require": ["manager", "director"]}
    steps = {**STEPS, "director": {"role": "director"}}
    new = policy(version="2", triggers=[margin], steps=steps)
    office.ok("policy", "publish", office.file("new.json", new))
    plan = "kept=[manager] added=[director] removed=[finance] carried=[manager]"

    assert approval(office, "replan", "WF-8809", "--preview").lines == [
        f"workflow=WF-8809 policy_version=2 {plan}"
    ]
    assert office("approval", "replan", "--workflow", "WF-8809").code == 4
    done = office.ok("--as", "dana", "approval", "replan", "--workflow", "WF-8809")
    assert done.lines == [
        f"workflow=WF-8809 policy_version=2 {plan} successor=WF-8810 status=pending"
    ]
    assert office("db", "check").code == 0
