"""
One workflow on the command line and where it stands.
"""

import pytest


@pytest.fixture
def busy(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    return office


STATUS = ("approval", "status", "--workflow", "WF-8809")


def test_the_status_as_json_is_the_workflow(busy):
    found = busy.ok("--json", *STATUS).json

    assert (found["id"], found["status"]) == ("WF-8809", "pending")
    assert found["currentTasks"] == ["manager", "finance"]
    assert "tasks" not in found


def test_the_details_as_json_are_the_open_tasks(busy):
    plain = busy.ok("--json", *STATUS).json
    detailed = busy.ok("--json", *STATUS, "--detail").json
    tasks = detailed.pop("tasks")

    assert detailed == plain
    assert tasks[0]["assignee"] == "maria"
    assert tasks[1] == {
        "id": "T-2",
        "workflowId": "WF-8809",
        "step": "finance",
        "role": "finance",
        "assignee": None,
        "candidates": ["fred", "fiona"],
        "dueAt": "2026-03-04T17:00:00.000000Z",
        "status": "open",
        "reasons": [
            {
                "trigger": "margin",
                "reason": "below_floor",
                "facts": [
                    {
                        "name": "margin_pct",
                        "value": "21.4",
                        "test": "< 24",
                        "lines": [],
                    }
                ],
            }
        ],
        "escalationLevel": 0,
        "ifLate": "director is asked at 2026-03-04T17:00:00.000000Z",
    }


def test_the_details_in_lines_say_the_same(busy):
    lines = busy.ok(*STATUS, "--detail").lines
    tasks = busy.ok("--json", *STATUS, "--detail").json["tasks"]

    assert lines[-1] == (
        "task=T-2 step=finance role=finance asks=[fred,fiona] because=[margin]"
        f' due_at={tasks[1]["dueAt"]} if_late="{tasks[1]["ifLate"]}"'
    )


def test_a_workflow_that_ended_has_no_tasks_in_its_details(busy):
    busy.ok(
        "--as", "sam", "approval", "recall", "--workflow", "WF-8809", "--comment", "x"
    )

    assert busy.ok("--json", *STATUS, "--detail").json["tasks"] == []
    assert busy("--json", "approval", "status", "--workflow", "WF-1").code == 3
