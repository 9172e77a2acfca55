"""
`cpq incident`: what broke in which workflow, and letting it go on.
"""

from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import COMMENT

if TYPE_CHECKING:
    from approval_engine.domain.workflow import Task
    from approval_engine.operations.incidents import Mended
    from approval_engine.store.incidents import Incident


@click.group()
def incident() -> None:
    """
    List what holds workflows, repair them, and let them go on.
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


@incident.command()
@click.option("--incident", "incident_id", metavar="IN")
@click.option("--all", "everything", is_flag=True, help="Of every open incident.")
@click.option("--preview", "only_look", is_flag=True, help="Store nothing.")
@pass_session
def repair(
    session: Session, incident_id: str | None, *, everything: bool, only_look: bool
) -> None:
    """
    Make the rows of a held workflow what its events say.

    An event tells of it, and the incident stays open until it is closed. What cannot be
    rebuilt is left as it is, with the reason, and the command ends with 8.
    """
    from approval_engine.operations.incidents import mend

    if (incident_id is None) is not everything:
        raise click.UsageError("Give either --incident IN or --all.")
    session.require_trust()
    found = list(
        mend(session.runtime, incident_id, session.officer, only_look=only_look)
    )
    word = "would_repair" if only_look else "repaired"
    session.rows(_mended(each, word) for each in found)
    if any(each.against for each in found):
        raise SystemExit(8)


def _mended(each: "Mended", word: str) -> dict[str, object]:
    result = "refused" if each.against else word if each.fields else "right"
    line: dict[str, object] = {
        "incident": each.incident,
        "workflow": each.workflow,
        "result": result,
    }
    more = {"fields": each.fields, "because": each.against}
    return line | {name: value for name, value in more.items() if value}


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
