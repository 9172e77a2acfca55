"""
`cpq process`: list and export the process definitions that workflows run on.
"""

import click

from approval_engine.cli.context import Session, pass_session


@click.group()
def process() -> None:
    """
    List and export process definitions.
    """


@process.command("list")
@pass_session
def list_(session: Session) -> None:
    """
    Every definition that a workflow is pinned to, the newest last.
    """
    from approval_engine.store import processes

    with session.runtime.database.read() as transaction:
        found = processes.used(transaction)
    session.rows(
        _line(row.process, row.sha256) | {"workflows": row.workflows} for row in found
    )


@process.command()
@click.option("--workflow", "workflow_id", required=True, metavar="WF")
@click.option("--out", required=True, metavar="F", type=click.Path(dir_okay=False))
@pass_session
def export(session: Session, workflow_id: str, out: str) -> None:
    """
    Write the definition of a workflow as a BPMN file, byte for byte as it runs.
    """
    from approval_engine.history.reading import find
    from approval_engine.store import catalog

    database = session.runtime.database
    workflow = find(database, workflow_id).workflow
    digest = workflow.evidence.definition
    with database.read() as transaction:
        body = catalog.body(transaction, digest)
    session.write(out, body)
    session.record(**_line(workflow.process, digest), out=out)


def _line(name: str, digest: str) -> dict[str, object]:
    # What was rendered from a plan has no number: its content is its version.
    return {
        "process": name,
        "version": digest[:12],
        "sha256": digest,
        "source": "generated",
    }
