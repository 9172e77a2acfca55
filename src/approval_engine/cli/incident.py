"""
`cpq incident`: what broke in which workflow, and letting it go on.
"""

from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import COMMENT

if TYPE_CHECKING:
    from approval_engine.domain.workflow import Task
    from approval_engine.store.incidents import Incident


@click.group()
def incident() -> None:
    """
    List what holds workflows, and let them go on.
    """


@incident.command("list")
@click.option("--all", "everything", is_flag=True, help="Closed ones too.")
@pass_session
def list_(session: Session, *, everything: bool) -> None:
    """
    What holds a workflow now, oldest first; then tasks all of whose people have left.
    """
    from approval_engine.operations.incidents import vacant_tasks
    from approval_engine.store import incidents

    session.require_trust()
    with session.runtime.database.read() as transaction:
        found = incidents.listed(transaction, closed=everything)
    vacant = vacant_tasks(session.runtime)
    session.rows((*map(_incident, found), *map(_alert, vacant)))


@incident.command()
@click.option("--incident", "incident_id", required=True, metavar="IN")
@click.option("--note", metavar="C", type=COMMENT, help="What you found, for others.")
@pass_session
def close(session: Session, incident_id: str, note: str | None) -> None:
    """
    Let a workflow go on, once it replays as its events say.
    """
    from approval_engine.operations.incidents import close as command

    session.require_trust()
    workflow_id = command(session.runtime, incident_id, session.administrator, note)
    session.record(incident=incident_id, workflow=workflow_id, status="closed")


def _incident(each: "Incident") -> dict[str, object]:
    line: dict[str, object] = {
        "incident": each.id,
        "workflow": each.workflow_id,
        "status": "closed" if each.closed_at else "open",
        "kind": each.kind,
        "at": each.opened_at,
        "because": each.detail,
    }
    more = {"closed_by": each.closed_by, "note": each.note}
    return line | {name: value for name, value in more.items() if value}


def _alert(task: "Task") -> dict[str, object]:
    from approval_engine.history.reading import VACANT

    return {
        "alert": task.id,
        "workflow": task.workflow_id,
        "status": "open",
        "kind": "vacant_seat",
        "step": task.step,
        "because": VACANT,
    }
