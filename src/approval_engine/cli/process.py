"""
`cpq process`: check, list and export the processes that quotes run on.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.errors import StorageError

if TYPE_CHECKING:
    from approval_engine.domain.people import Directory
    from approval_engine.domain.processes import Version
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
    Check, deploy, compare and export process definitions.
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

    Steps and people are held against the active policy and the directory. Without a
    policy, conditions may read the inputs of the documentation's example.
    """
    from approval_engine.errors import BpmnError, Problem
    from approval_engine.executor.compile import check as checked
    from approval_engine.executor.examine import examine
    from approval_engine.policy.names import names_of

    policy, directory = _judges(session, policy_path)
    names = None if policy is None else names_of(policy)
    problems: list[Problem] = []
    accepted: list[Checked] = []
    for path in paths:
        xml = Path(path).read_bytes()
        try:
            found = checked(xml, path, names)
            examine(xml, path, policy, directory)
            accepted.append(found)
        except BpmnError as error:
            problems.extend(error.problems)
    _show(session, accepted)
    if problems:
        raise BpmnError(*problems)


@process.command("list")
@pass_session
def list_(session: Session) -> None:
    """
    Every deployed version, then every definition that a workflow is pinned to.
    """
    from approval_engine.store import processes

    with session.runtime.database.read() as transaction:
        versions = processes.versions(transaction)
        found = processes.used(transaction)
    deployed = (
        deployed_line(each) | {"deployed_at": each.deployed_at, "by": each.deployed_by}
        for each in versions
    )
    pinned = (
        _line(row.process, row.sha256) | {"workflows": row.workflows} for row in found
    )
    session.rows((*deployed, *pinned))


@process.command()
@click.option("--workflow", "workflow_id", metavar="WF", help="As it runs there.")
@click.option("--process", "name", metavar="P", help="As it was deployed.")
@click.option("--version", type=int, metavar="N", help="Default: the newest.")
@click.option("--out", required=True, metavar="F", type=click.Path(dir_okay=False))
@pass_session
def export(
    session: Session,
    workflow_id: str | None,
    name: str | None,
    version: int | None,
    out: str,
) -> None:
    """
    Write the definition of a workflow, or a deployed version, byte for byte.
    """
    if (workflow_id is None) == (name is None):
        raise click.UsageError("Expected either --workflow or --process.")
    if workflow_id is not None and version is not None:
        raise click.UsageError("Expected --version only with --process.")
    exported = _of_workflow if workflow_id else _deployed
    told, body = exported(session, workflow_id or name or "", version)
    session.write(out, body)
    session.record(**told, out=out)


def _of_workflow(
    session: Session, workflow_id: str, _: int | None
) -> tuple[dict[str, object], bytes]:
    from approval_engine.history.reading import find
    from approval_engine.store import catalog

    database = session.runtime.database
    workflow = find(database, workflow_id).workflow
    digest = workflow.evidence.definition
    with database.read() as transaction:
        body = catalog.body(transaction, digest)
    return _line(workflow.process, digest), body


def _deployed(
    session: Session, name: str, version: int | None
) -> tuple[dict[str, object], bytes]:
    from approval_engine.operations import repository

    with session.runtime.database.read() as transaction:
        found, body = repository.find(transaction, name, version)
    return deployed_line(found), body


def deployed_line(version: "Version") -> dict[str, object]:
    """
    How a deployed version is told of.
    """
    return {
        "process": version.name,
        "version": version.version,
        "sha256": version.sha256,
        "source": version.source,
        "kind": str(version.role),
        "semantic": version.semantic,
    }


def _line(name: str, digest: str) -> dict[str, object]:
    # What was rendered from a plan has no number: its content is its version.
    return {
        "process": name,
        "version": digest[:12],
        "sha256": digest,
        "source": "generated",
    }


def _judges(
    session: Session, path: str | None
) -> "tuple[Policy | None, Directory | None]":
    """
    The policy in a file, else the active one, and the directory, as far as there are.
    """
    from approval_engine.policy.load import load

    given = None if path is None else load(session.read(path))
    try:
        active, directory = _current(session)
    except StorageError as error:
        if given is None:
            click.echo(f"warning: No policy was looked up: {error}", err=True)
        active, directory = None, None
    return given or active, directory


def _current(session: Session) -> "tuple[Policy | None, Directory | None]":
    """
    What is active; a process is judged also where there is no database.
    """
    from approval_engine.store import catalog
    from approval_engine.store.upgrade import is_empty

    if is_empty(session.bare_runtime.database):
        return None, None
    runtime = session.runtime
    with runtime.database.read() as transaction:
        now = catalog.current(transaction)
        policy = runtime.policy(transaction, now.policy) if now.policy else None
        people = now.directory
        directory = runtime.directory(transaction, people) if people else None
    return policy, directory


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
