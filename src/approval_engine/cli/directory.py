"""
`cpq directory`: import and list people and roles.
"""

import sys
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import FILE
from approval_engine.errors import InvalidState, NotFound

if TYPE_CHECKING:
    from approval_engine.documents import Document
    from approval_engine.domain.people import Directory


@click.group()
def directory() -> None:
    """
    Import and list people and roles.
    """


@directory.command("import")
@FILE
@click.option("--sync", is_flag=True, help="Show who joins, moves and leaves first.")
@click.option("--dry-run", is_flag=True, help="With --sync: show it, import nothing.")
@pass_session
def import_(session: Session, path: str, *, sync: bool, dry_run: bool) -> None:
    """
    Make a file the directory.

    With --sync whoever the file no longer names stays known as inactive, and others are
    asked for what he left open; on a terminal the changes must be confirmed.
    """
    from approval_engine.operations.intake import import_directory

    session.require_trust()
    if dry_run and not sync:
        sentence = "--dry-run shows what --sync would do; give both."
        raise click.UsageError(sentence)
    document = session.read(path)
    changed: list[dict[str, object]] = []
    if sync:
        document, changed = _synchronised(session, document, dry_run=dry_run)
    if dry_run:
        if session.as_json:
            session.document({"changes": changed})
        return
    users, roles = import_directory(session.runtime, document)
    handed = _replaced(session, changed)
    if session.as_json and sync:
        told = {"users": users, "roles": roles, "changes": changed, "tasks": handed}
        session.document(told)
    else:
        if not session.as_json:
            session.rows(handed)
        session.record("imported", users=users, roles=roles)


@directory.command("list")
@pass_session
def list_(session: Session) -> None:
    """
    Everybody, with his roles.
    """
    _, found = current(session)
    if found is None:
        sentence = "There is no directory; run 'cpq directory import'."
        raise NotFound(sentence)
    session.rows(
        {
            "user": each.id,
            "name": each.name,
            "roles": found.roles_of(each.id),
            "manager": each.manager,
            "active": each.active,
        }
        for each in found.users.values()
    )


def current(session: Session) -> "tuple[bytes | None, Directory | None]":
    """
    Today's directory as it was imported and as it is read; None if there is none.
    """
    from approval_engine.store import catalog

    runtime = session.runtime
    with runtime.database.read() as transaction:
        digest = catalog.current(transaction).directory
        if digest is None:
            return None, None
        body = catalog.body(transaction, digest)
        return body, runtime.directory(transaction, digest)


def _replaced(
    session: Session, changed: list[dict[str, object]]
) -> list[dict[str, object]]:
    """
    Who is asked now for what leavers left open, a line per task.
    """
    from approval_engine.executor.commands.leave import replace_leaver

    caller = session.officer
    return [
        {
            "task": each.task,
            "workflow": each.workflow,
            "from": line["user"],
            "by": each.way,
            "asks": each.people,
        }
        | ({"held": each.held} if each.held else {})
        for line in changed
        if line["change"] == "leaver"
        for each in replace_leaver(session.runtime, str(line["user"]), caller)
    ]


def _synchronised(
    session: Session, document: "Document", *, dry_run: bool
) -> "tuple[Document, list[dict[str, object]]]":
    from approval_engine.operations.people import changes, with_leavers
    from approval_engine.policy.quotes import read_directory

    body, before = current(session)
    found = changes(before, read_directory(document))
    lines: list[dict[str, object]] = [
        {"change": each.kind, "user": each.person, "name": each.name}
        | ({"fields": each.fields} if each.fields else {})
        for each in found
    ]
    if not session.as_json:
        session.rows(lines)
    asked = bool(found) and not dry_run and sys.stdin.isatty() and sys.stdout.isatty()
    if asked and not click.confirm("Apply these changes?", err=True):
        raise InvalidState("Nothing was imported.")
    return with_leavers(document, body), lines
