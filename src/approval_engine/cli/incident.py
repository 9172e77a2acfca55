"""
`cpq incident`: what broke in which workflow, and letting it go on.
"""

import click

from approval_engine.cli.context import Session, pass_session


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
    What holds a workflow now, oldest first.
    """
    from approval_engine.store import incidents

    session.require_trust()
    with session.runtime.database.read() as transaction:
        found = incidents.listed(transaction, closed=everything)
    session.rows(
        {
            "incident": each.id,
            "workflow": each.workflow_id,
            "status": "closed" if each.closed_at else "open",
            "kind": each.kind,
            "at": each.opened_at,
            "because": each.detail,
        }
        for each in found
    )


@incident.command()
@click.option("--incident", "incident_id", required=True, metavar="IN")
@pass_session
def close(session: Session, incident_id: str) -> None:
    """
    Let a workflow go on, once it replays as its events say.
    """
    from approval_engine.operations.incidents import close as command

    session.require_trust()
    workflow_id = command(session.runtime, incident_id)
    session.record(incident=incident_id, workflow=workflow_id, status="closed")
