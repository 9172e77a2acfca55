"""
Whom a task asks, as conditions on its row; every list of waiting tasks is made of them.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
)

from approval_engine.documents import canonical
from approval_engine.store.schema import INCIDENT, TASK, WORKFLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """
    Who looks: the person, the roles he holds now, and whose quotes he must not decide.
    """

    person: str
    roles: tuple[str, ...] = ()
    barred: frozenset[str] = frozenset()


# The planner uses a partial index only if it reads the very condition of the index.
OPEN = TASK.c.is_open == literal_column("1")
MINE = TASK.c.assignee == bindparam("person", type_=Text)
_HELD = exists().where(
    INCIDENT.c.workflow_id == WORKFLOW.c.id, INCIDENT.c.closed_at.is_(None)
)
_BARRED: BindParameter[Any] = bindparam("barred", expanding=True)
NOT_HIS = and_(
    WORKFLOW.c.submitted_by.not_in(_BARRED),
    or_(WORKFLOW.c.owner.is_(None), WORKFLOW.c.owner.not_in(_BARRED)),
    ~_HELD,
)
# The list of candidates is canonical JSON text: each id stands in it in quotes, as a
# whole. LIKE would not do, it takes Maria for maria on SQLite.
_QUOTED = bindparam("quoted", type_=Text)
_CANDIDATE = func.replace(TASK.c.candidates, _QUOTED, "") != TASK.c.candidates


def pool(number: int) -> ColumnElement[bool]:
    """
    That it waits for anybody of the reader's role of that number, and asks him.
    """
    return pool_of(bindparam(f"role_{number}", type_=Text))


def pool_of(role: ColumnElement[str]) -> ColumnElement[bool]:
    """
    That it waits for anybody of a role, and asks the reader.
    """
    return and_(TASK.c.assignee.is_(None), TASK.c.role == role, _CANDIDATE)


def parameters(reader: Reader) -> dict[str, object]:
    """
    What the conditions ask of the reader, by the names of their parameters.
    """
    return {
        "person": reader.person,
        "quoted": canonical(reader.person).decode(),
        "barred": sorted({reader.person, *reader.barred}),
        "roles": list(reader.roles),
        **{f"role_{number}": name for number, name in enumerate(reader.roles)},
    }
