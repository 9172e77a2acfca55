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
@pass_session
def import_(session: Session, path: str, *, sync: bool) -> None:
    """
    Make a file the directory.

    With --sync whoever the file no longer names stays known as inactive; on a terminal
    the changes must be confirmed.
    """
    from approval_engine.operations.intake import import_directory

    session.require_trust()
    document = session.read(path)
    changed: list[dict[str, object]] = []
    if sync:
        document, changed = _synchronised(session, document)
    users, roles = import_directory(session.runtime, document)
    if session.as_json and sync:
        session.document({"users": users, "roles": roles, "changes": changed})
    else:
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


def _synchronised(
    session: Session, document: "Document"
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
    asked = bool(found) and sys.stdin.isatty() and sys.stdout.isatty()
    if asked and not click.confirm("Apply these changes?", err=True):
        raise InvalidState("Nothing was imported.")
    return with_leavers(document, body), lines
