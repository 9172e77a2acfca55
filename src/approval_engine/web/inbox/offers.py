"""
What a person could do to a task beyond what `Dossier.offers` asks the guard.
"""

from collections.abc import Mapping
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.actions import (
    Action,
    Request,
    Surroundings,
    Withdrawal,
    decide,
    withdraw,
)
from approval_engine.domain.people import User
from approval_engine.domain.workflow import Task
from approval_engine.errors import Refused
from approval_engine.web.dossier import Dossier

_ANY_TEXT = "0" * 64


def not_in_bulk(found: Dossier, task: Task, user: User) -> str | None:
    """
    Why this person may not approve the task as one of several; None if he may.
    """
    request = Request(
        action=Action.APPROVE,
        actor=user.id,
        channel="web",
        comment_sha256=_ANY_TEXT,
        bulk=True,
    )
    around = found.people.around(task, (user.id,))
    try:
        decide(found.workflow, task, request, around)
    except Refused as refusal:
        return str(refusal)
    return None


def may_withdraw(found: Dossier, task: Task, user: User) -> bool:
    """
    Whether this person may take the seat of the task out of its step.
    """
    request = Withdrawal(
        rule=found.step(task).completion,
        actor=user.id,
        channel="web",
        comment_sha256=_ANY_TEXT,
    )
    people = found.people
    around = Surroundings(directory=people.directory, excluded=people.case.barred)
    try:
        withdraw(found.workflow, task, request, around)
    except Refused:
        return False
    return True


def triggers(found: Dossier) -> tuple[Mapping[str, Any], ...]:
    """
    Every trigger of the policy with the facts it looked at, fired or not.
    """
    document: Any = load(found.case.evaluation)
    return tuple(document["triggers"])
