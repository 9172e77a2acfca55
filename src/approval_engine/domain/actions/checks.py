"""
What may stand against a request: each check raises the Refused that says so.
"""

from approval_engine.domain.actions.request import (
    DECISIONS,
    Action,
    Request,
    Surroundings,
    other_seats,
    refusal,
)
from approval_engine.domain.lifecycle import ANSWERED, WorkflowStatus
from approval_engine.domain.seats import answered, taken
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, InvalidInput, InvalidState

NEEDS_COMMENT = frozenset(
    {
        Action.REJECT,
        Action.RETURN,
        Action.COMMENT,
        Action.REQUEST_INFO,
        Action.PROVIDE_INFO,
    }
)


def must_be_open(workflow: Workflow, task: Task, request: Request) -> None:
    """
    Raises InvalidState, which says who closed it and when, or how the workflow ended.
    """
    if task.is_open and workflow.status == WorkflowStatus.PENDING:
        return
    by = f" by '{task.closed_by}'" if task.closed_by else ""
    at = f" at {task.closed_at:%Y-%m-%d %H:%M} UTC" if task.closed_at else ""
    words = task.status.replace("_", " ")
    raise InvalidState(refusal(task, request, f"it is {words}{by}{at}"))


def may_change(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> bool:
    """
    Whether it is another answer of the same person that still decides nothing.

    That is so while the step waits for all and somebody of it has not answered.
    """
    his = task.status in ANSWERED and task.closed_by == request.actor
    if not (his and around.waits and request.action in DECISIONS):
        return False
    seats = workflow.seats(task.step)
    pending = task in seats and workflow.tally(task.step).pending
    return bool(pending) and workflow.status == WorkflowStatus.PENDING


def must_be_free_to_decide(
    person: str, task: Task, request: Request, around: Surroundings
) -> None:
    """
    Raises Forbidden if the person must not decide this workflow at all.
    """
    if reason := around.excluded.get(person):
        sentence = f"'{person}' must not decide: {reason}"
        raise Forbidden(refusal(task, request, sentence))


def must_be_fit(
    person: str, task: Task, request: Request, around: Surroundings
) -> None:
    """
    Raises Forbidden if the person lacks the authority for this step.
    """
    if reason := around.unfit.get(person):
        raise Forbidden(refusal(task, request, f"'{person}' {reason}"))


def must_be_active(
    person: str, task: Task, request: Request, around: Surroundings
) -> None:
    """
    Raises Forbidden if the directory has no such active person.
    """
    user = around.directory.user(person)
    if user is None or not user.active:
        word = "not in the directory" if user is None else "no longer active"
        raise Forbidden(refusal(task, request, f"'{person}' is {word}"))


def must_be_asked(task: Task, request: Request, around: Surroundings) -> None:
    """
    Raises Forbidden if the task is with somebody else, or asks others.
    """
    if task.assignee == request.actor:
        return
    if task.assignee:
        sentence = f"it is with '{task.assignee}', not with '{request.actor}'"
        raise Forbidden(refusal(task, request, sentence))
    if request.actor not in task.candidates:
        sentence = f"'{request.actor}' is not one of those asked"
        raise Forbidden(refusal(task, request, sentence))
    if request.actor not in around.directory.roles.get(task.role, ()):
        sentence = f"'{request.actor}' no longer holds the role {task.role}"
        raise Forbidden(refusal(task, request, sentence))


def receiver(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> str:
    """
    Whom the request names, if he may take a seat of this step.

    Raises InvalidInput if it names nobody, Forbidden if that person must not decide,
    left, or has a seat of the step already.
    """
    to = request.to
    if to is None:
        raise InvalidInput(refusal(task, request, "nobody is named"))
    must_be_active(to, task, request, around)
    must_be_free_to_decide(to, task, request, around)
    seats = other_seats(workflow, task)
    if seat := taken(seats, around.directory).get(to):
        sentence = f"'{to}' has a seat of this step already, task '{seat}'"
        raise Forbidden(refusal(task, request, sentence))
    return to


def must_say_why(task: Task, request: Request) -> None:
    """
    Raises InvalidInput if the action needs a comment and has none.
    """
    if request.action in NEEDS_COMMENT and not request.comment_sha256:
        raise InvalidInput(refusal(task, request, "a comment is missing"))


def must_not_hold_two_seats(
    workflow: Workflow, task: Task, request: Request, around: Surroundings
) -> None:
    """
    Raises Forbidden if the actor, or his principal, answered another seat of the step.
    """
    decided = answered(other_seats(workflow, task), around.directory)
    for person in (request.actor, task.principal or request.actor):
        if seat := decided.get(person):
            sentence = f"'{person}' already decided this step in task '{seat}'"
            raise Forbidden(refusal(task, request, sentence))
