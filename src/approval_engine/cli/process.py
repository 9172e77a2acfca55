"""
`cpq process`: check, list and export process definitions.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.errors import StorageError

if TYPE_CHECKING:
    from approval_engine.definitions.reading import Names
    from approval_engine.executor.compile import Checked
    from approval_engine.policy.model import Policy

_FILES = click.argument(
    "paths",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False),
)


@click.group()
def process() -> None:
    """
    Check, list and export process definitions.
    """


@process.command()
@_FILES
@click.option(
    "--policy",
    "policy_path",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Whose inputs conditions may read; default: the active policy.",
)
@pass_session
def check(session: Session, paths: tuple[str, ...], policy_path: str | None) -> None:
    """
    Judge files of Camunda Modeler; every problem is a line on stderr.

    Without a policy, conditions may read the inputs of the documentation's example.
    """
    from approval_engine.errors import BpmnError, Problem
    from approval_engine.executor.compile import check as checked

    names = _names(session, policy_path)
    problems: list[Problem] = []
    accepted: list[Checked] = []
    for path in paths:
        try:
            accepted.append(checked(Path(path).read_bytes(), path, names))
        except BpmnError as error:
            problems.extend(error.problems)
    _show(session, accepted)
    if problems:
        raise BpmnError(*problems)


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


def _names(session: Session, path: str | None) -> "Names | None":
    """
    The inputs of the policy in a file, else of the active one, else None.
    """
    from approval_engine.policy.load import load
    from approval_engine.policy.names import names_of

    if path is not None:
        return names_of(load(session.read(path)))
    try:
        active = _active(session)
    except StorageError as error:
        click.echo(f"warning: No policy was looked up: {error}", err=True)
        return None
    return None if active is None else names_of(active)


def _active(session: Session) -> "Policy | None":
    """
    The active policy; a process is judged also where there is no database.
    """
    from approval_engine.store import catalog
    from approval_engine.store.upgrade import is_empty

    if is_empty(session.bare_runtime.database):
        return None
    runtime = session.runtime
    with runtime.database.read() as transaction:
        digest = catalog.current(transaction).policy
        return None if digest is None else runtime.policy(transaction, digest)


def _show(session: Session, accepted: "list[Checked]") -> None:
    """
    A line per accepted file, then one for each note on it.
    """
    records = [_verdict(each) for each in accepted]
    if session.as_json:
        found = zip(records, accepted, strict=True)
        session.document([record | {"notes": _notes(each)} for record, each in found])
        return
    for record, each in zip(records, accepted, strict=True):
        session.record(**record)
        for note in _notes(each):
            session.record(**note)


def _verdict(each: "Checked") -> dict[str, object]:
    return {
        "process": each.reading.process.id,
        "nodes": sum(1 for _ in each.reading.process.nodes()),
        "sha256": each.sha256,
        "semantic": each.semantic,
        "status": "ok",
    }


def _notes(each: "Checked") -> list[dict[str, object]]:
    return [
        {"note": note.sentence, "element": note.element, "line": note.line}
        for note in each.reading.notes
    ]
