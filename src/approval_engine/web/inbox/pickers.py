"""
Whom the forms of a task offer by name, for each action that names somebody.
"""

from collections.abc import Iterable, Mapping

from approval_engine.domain.actions import Action
from approval_engine.domain.people import User
from approval_engine.domain.workflow import Task
from approval_engine.web.dossier import Dossier

MOST = 300
"""So many names a browser still finds its way in; others are typed."""


def people(found: Dossier, task: Task, user: User) -> Mapping[Action, tuple[User, ...]]:
    """
    The people whom each action may name; the command has the last word.
    """
    able = tuple(each for each in found.stand_ins(task) if each.id != user.id)
    active = (each for each in found.people.directory.users.values() if each.active)
    others = tuple(each for each in active if each.id != user.id)
    barred = found.people.case.barred
    free = (each for each in others if each.id not in barred)
    asked = {*task.candidates, task.assignee, task.principal}
    return {
        Action.DELEGATE: able,
        Action.REASSIGN: tuple(e for e in able if e.id != task.assignee),
        Action.ADD_APPROVER: _some(each for each in free if each.id not in asked),
        Action.REQUEST_INFO: _some(others),
    }


def _some(people: Iterable[User]) -> tuple[User, ...]:
    return tuple(sorted(people, key=lambda user: user.name))[:MOST]
