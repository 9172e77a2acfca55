"""
The transition tables: which move a workflow or a task may make, and where it leads.

No state is compared anywhere else to find out what is legal. The README has both.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from approval_engine.errors import InvalidState


class WorkflowStatus(StrEnum):
    """
    Where one review of one quote revision stands.
    """

    PENDING = "pending"  # somebody or a clock still has to act
    APPROVED = "approved"  # every required step of the plan is satisfied
    REJECTED = "rejected"  # a step said no
    RETURNED = "returned"  # a step asked for changes
    RECALLED = "recalled"  # the submitter withdrew it
    SUPERSEDED = "superseded"  # a newer revision took its place
    EXPIRED = "expired"  # the approval outlived its validity


class WorkflowMove(StrEnum):
    """
    What can happen to a workflow as a whole.
    """

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    RECALL = "recall"
    SUPERSEDE = "supersede"
    EXPIRE = "expire"


class TaskStatus(StrEnum):
    """
    Where one seat of one step stands.
    """

    OPEN = "open"  # waits for its assignee or any candidate
    CLAIMED = "claimed"  # a candidate took it for himself
    DELEGATED = "delegated"  # open at a stand-in
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    ESCALATED = "escalated"  # its seat moved on to a task beside it
    CANCELLED = "cancelled"  # the workflow ended without it
    NOT_REQUIRED = "not_required"  # its step is decided without it


class TaskMove(StrEnum):
    """
    What can happen to a task. `escalate` and `reassign` only change whom it asks.
    """

    CLAIM = "claim"
    RELEASE = "release"
    DELEGATE = "delegate"
    REASSIGN = "reassign"
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    ESCALATE = "escalate"
    MOVE_ON = "move_on"
    CANCEL = "cancel"
    DISPENSE = "dispense"


class ExceptionStatus(StrEnum):
    """
    Where an exception stands; whether it ran out is a matter of day and uses.
    """

    PENDING = "pending"  # its own workflow still asks
    ACTIVE = "active"  # granted, counts within its bounds
    REFUSED = "refused"  # its workflow said no, or was recalled
    ENDED = "ended"  # somebody took it back


class ExceptionMove(StrEnum):
    """
    What can happen to an exception.
    """

    GRANT = "grant"
    REFUSE = "refuse"
    END = "end"


_DECIDE: Mapping[TaskMove, TaskStatus] = {
    TaskMove.APPROVE: TaskStatus.APPROVED,
    TaskMove.REJECT: TaskStatus.REJECTED,
    TaskMove.RETURN: TaskStatus.RETURNED,
}
_CLOSE: Mapping[TaskMove, TaskStatus] = {
    TaskMove.MOVE_ON: TaskStatus.ESCALATED,
    TaskMove.CANCEL: TaskStatus.CANCELLED,
    TaskMove.DISPENSE: TaskStatus.NOT_REQUIRED,
}
_ANY_OPEN: Mapping[TaskMove, TaskStatus] = {
    **_DECIDE,
    **_CLOSE,
    TaskMove.DELEGATE: TaskStatus.DELEGATED,
    TaskMove.REASSIGN: TaskStatus.OPEN,
    TaskMove.ESCALATE: TaskStatus.OPEN,
}

TASK_MOVES: Mapping[TaskStatus, Mapping[TaskMove, TaskStatus]] = MappingProxyType(
    {
        TaskStatus.OPEN: {**_ANY_OPEN, TaskMove.CLAIM: TaskStatus.CLAIMED},
        TaskStatus.CLAIMED: {**_ANY_OPEN, TaskMove.RELEASE: TaskStatus.OPEN},
        TaskStatus.DELEGATED: {
            **_ANY_OPEN,
            TaskMove.CLAIM: TaskStatus.CLAIMED,
            TaskMove.RELEASE: TaskStatus.OPEN,
        },
        TaskStatus.APPROVED: {},
        TaskStatus.REJECTED: {},
        TaskStatus.RETURNED: {},
        TaskStatus.ESCALATED: {},
        TaskStatus.CANCELLED: {},
        TaskStatus.NOT_REQUIRED: {},
    }
)
"""From each task status: the moves that are legal and the status they lead to."""

WORKFLOW_MOVES: Mapping[WorkflowStatus, Mapping[WorkflowMove, WorkflowStatus]] = (
    MappingProxyType(
        {
            WorkflowStatus.PENDING: {
                WorkflowMove.APPROVE: WorkflowStatus.APPROVED,
                WorkflowMove.REJECT: WorkflowStatus.REJECTED,
                WorkflowMove.RETURN: WorkflowStatus.RETURNED,
                WorkflowMove.RECALL: WorkflowStatus.RECALLED,
                WorkflowMove.SUPERSEDE: WorkflowStatus.SUPERSEDED,
            },
            WorkflowStatus.APPROVED: {
                WorkflowMove.EXPIRE: WorkflowStatus.EXPIRED,
                WorkflowMove.SUPERSEDE: WorkflowStatus.SUPERSEDED,
            },
            WorkflowStatus.REJECTED: {},
            WorkflowStatus.RETURNED: {},
            WorkflowStatus.RECALLED: {},
            WorkflowStatus.SUPERSEDED: {},
            WorkflowStatus.EXPIRED: {},
        }
    )
)
"""From each workflow status: the moves that are legal and the status they lead to."""

EXCEPTION_MOVES: Mapping[ExceptionStatus, Mapping[ExceptionMove, ExceptionStatus]] = (
    MappingProxyType(
        {
            ExceptionStatus.PENDING: {
                ExceptionMove.GRANT: ExceptionStatus.ACTIVE,
                ExceptionMove.REFUSE: ExceptionStatus.REFUSED,
            },
            ExceptionStatus.ACTIVE: {ExceptionMove.END: ExceptionStatus.ENDED},
            ExceptionStatus.REFUSED: {},
            ExceptionStatus.ENDED: {},
        }
    )
)
"""From each exception status: the moves that are legal and where they lead."""

ANSWER_CHANGES: Mapping[TaskStatus, Mapping[TaskMove, TaskStatus]] = MappingProxyType(
    {
        status: {move: after for move, after in _DECIDE.items() if after != status}
        for status in _DECIDE.values()
    }
)
"""From each answer: the others that its author may still give while all are awaited."""

OPEN_TASK = frozenset(status for status, moves in TASK_MOVES.items() if moves)
"""The statuses in which somebody can still decide the task."""

ANSWERED = frozenset(_DECIDE.values())
"""The statuses in which a person answered."""


_DEEDS: Mapping[TaskMove, str] = {
    TaskMove.MOVE_ON: "move on from",
    TaskMove.DISPENSE: "dispense with",
}
"""How a sentence calls a move whose own name is no verb for a task."""


def move_task(status: TaskStatus, move: TaskMove, subject: str) -> TaskStatus:
    """
    The status after the move. Raises InvalidState if the table does not hold it.
    """
    if (after := TASK_MOVES[status].get(move)) is None:
        words = status.replace("_", " ")
        sentence = f"Expected to {_DEEDS.get(move, move)} {subject}, but it is {words}."
        raise InvalidState(sentence)
    return after


def change_answer(status: TaskStatus, move: TaskMove, subject: str) -> TaskStatus:
    """
    The status after another answer. Raises InvalidState if there was none to change.
    """
    if (after := ANSWER_CHANGES.get(status, {}).get(move)) is None:
        words = status.replace("_", " ")
        raise InvalidState(f"Expected to {move} {subject} instead, but it is {words}.")
    return after


def move_workflow(
    status: WorkflowStatus, move: WorkflowMove, subject: str
) -> WorkflowStatus:
    """
    The status after the move. Raises InvalidState if the table does not hold it.
    """
    if (after := WORKFLOW_MOVES[status].get(move)) is None:
        sentence = f"Expected to {move} {subject}, but it is {status}."
        raise InvalidState(sentence)
    return after


def move_exception(
    status: ExceptionStatus, move: ExceptionMove, subject: str
) -> ExceptionStatus:
    """
    The status after the move. Raises InvalidState if the table does not hold it.
    """
    if (after := EXCEPTION_MOVES[status].get(move)) is None:
        sentence = f"Expected to {move} {subject}, but it is {status}."
        raise InvalidState(sentence)
    return after
