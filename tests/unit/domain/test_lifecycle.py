"""
Both transition tables, cell by cell.
"""

import itertools

import pytest

from approval_engine.domain.lifecycle import (
    ANSWERED,
    OPEN_TASK,
    TaskMove,
    TaskStatus,
    WorkflowMove,
    WorkflowStatus,
    change_answer,
    move_task,
    move_workflow,
)
from approval_engine.errors import InvalidState

CLOSING = {
    "approve": "approved",
    "reject": "rejected",
    "return": "returned",
    "move_on": "escalated",
    "cancel": "cancelled",
    "dispense": "not_required",
}
STANDING = {**CLOSING, "delegate": "delegated", "escalate": "open", "reassign": "open"}
TASK_TABLE = {
    "open": {**STANDING, "claim": "claimed"},
    "claimed": {**STANDING, "release": "open"},
    "delegated": {**STANDING, "claim": "claimed", "release": "open"},
}
WORKFLOW_TABLE = {
    "pending": {
        "approve": "approved",
        "reject": "rejected",
        "return": "returned",
        "recall": "recalled",
        "supersede": "superseded",
    },
    "approved": {"expire": "expired", "supersede": "superseded"},
}


@pytest.mark.parametrize(
    ("status", "move"), list(itertools.product(TaskStatus, TaskMove)), ids=str
)
def test_a_task_makes_exactly_the_moves_of_its_table(status, move):
    expected = TASK_TABLE.get(status, {}).get(move)
    deed = {"move_on": "move on from", "dispense": "dispense with"}.get(move, move)
    state = status.replace("_", " ")

    if expected is None:
        with pytest.raises(
            InvalidState, match=rf"to {deed} task 'T-1', but it is {state}"
        ):
            move_task(status, move, "task 'T-1'")
    else:
        assert move_task(status, move, "task 'T-1'") == expected


DECIDING = {move: CLOSING[move] for move in ("approve", "reject", "return")}


@pytest.mark.parametrize(
    ("status", "move"), list(itertools.product(TaskStatus, TaskMove)), ids=str
)
def test_an_answer_changes_into_each_of_the_others_and_nothing_else(status, move):
    answer = DECIDING.get(move)

    if status in DECIDING.values() and answer not in {None, status}:
        assert change_answer(status, move, "task 'T-1'") == answer
    else:
        with pytest.raises(InvalidState, match=f"to {move} task 'T-1' instead"):
            change_answer(status, move, "task 'T-1'")


@pytest.mark.parametrize(
    ("status", "move"), list(itertools.product(WorkflowStatus, WorkflowMove)), ids=str
)
def test_a_workflow_makes_exactly_the_moves_of_its_table(status, move):
    expected = WORKFLOW_TABLE.get(status, {}).get(move)

    if expected is None:
        with pytest.raises(InvalidState, match=rf"but it is {status}"):
            move_workflow(status, move, "workflow 'WF-1'")
    else:
        assert move_workflow(status, move, "workflow 'WF-1'") == expected


def test_open_and_answered_tasks_are_told_apart_by_the_table():
    assert set(TASK_TABLE) == OPEN_TASK
    assert {"approved", "rejected", "returned"} == ANSWERED
