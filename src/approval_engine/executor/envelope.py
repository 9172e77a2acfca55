"""
The bounds of an approval → the words that are recorded, if the approver may give them.
"""

from approval_engine.domain.workflow import Task
from approval_engine.errors import Forbidden
from approval_engine.executor.eligibility import Eligibility
from approval_engine.policy.envelope import (
    above,
    beyond,
    check_bounds,
    read_bounds,
    written,
)


def within_of(text: str | None) -> str | None:
    """
    Bounds as they are recorded; None if there are none. Raises InvalidInput.
    """
    return written(read_bounds(text)) if text and text.strip() else None


def check_envelope(people: Eligibility, task: Task, person: str, within: str) -> None:
    """
    Raises Forbidden if he has no authority over the worst that the bounds allow.

    Raises InvalidInput if they do not fit the quote.
    """
    case = people.case
    bounds = read_bounds(within)
    check_bounds(case.policy, bounds, case.inputs)
    user = people.directory.user(person)
    against = "he is not in the directory"
    if user is not None:
        roles = people.directory.roles_of(person)
        against = beyond(case.policy, bounds, case.inputs, user) or (
            above(case.policy, bounds, case.inputs, roles) or ""
        )
    if against:
        sentence = f"Expected to approve {task.subject} within {within}, but {against}."
        raise Forbidden(sentence)
