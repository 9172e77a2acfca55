"""
A directory file → who joins, moves and leaves; and the directory, once that is wanted.
"""

from dataclasses import dataclass

from approval_engine.documents import Document
from approval_engine.domain.people import Directory
from approval_engine.domain.rights import Right, may
from approval_engine.errors import InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.leave import Replaced, replace_leaver
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.intake import import_directory
from approval_engine.operations.people import Change, changes, with_leavers
from approval_engine.policy.quotes import read_directory
from approval_engine.store import catalog


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """
    What a file would change in the directory of that hash, and how many it would hold.

    `document` is the file with the leavers as inactive people.
    """

    document: Document
    before: str | None
    changes: tuple[Change, ...]
    users: int
    roles: int
    after: Directory


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """
    What was imported, and who is asked now for what leavers left open.
    """

    users: int
    roles: int
    handed: tuple[Replaced, ...]


def planned(runtime: Runtime, document: Document) -> Plan:
    """
    What importing the file would change. Raises DocumentError with every problem.
    """
    with runtime.database.read() as transaction:
        digest = catalog.current(transaction).directory
        body = catalog.body(transaction, digest) if digest else None
        before = runtime.directory(transaction, digest) if digest else None
    found = changes(before, read_directory(document))
    whole = with_leavers(document, body)
    after = read_directory(whole)
    return Plan(
        document=whole,
        before=digest,
        changes=found,
        users=len(after.users),
        roles=len(after.roles),
        after=after,
    )


def synchronise(
    runtime: Runtime, document: Document, seen: str, caller: Caller
) -> Joined:
    """
    Import the file, then find others for what its leavers left open.

    `seen` is the hash of the directory that the changes were shown against. Raises
    StaleRevision if it is another by now, InvalidState if nobody could administer the
    system any more.
    """
    plan = planned(runtime, document)
    if not administrators(plan.after):
        sentence = (
            "Expected a directory with an active admin, but nobody could administer"
            " the system any more; nothing was imported."
        )
        raise InvalidState(sentence)
    users, roles = import_directory(runtime, plan.document, seen)
    leavers = (each.person for each in plan.changes if each.kind == "leaver")
    handed = (line for who in leavers for line in replace_leaver(runtime, who, caller))
    return Joined(users=users, roles=roles, handed=tuple(handed))


def administrators(directory: Directory) -> tuple[str, ...]:
    """
    The active people who may administer the system.
    """
    return tuple(
        user.id
        for user in directory.users.values()
        if user.active and may(directory.roles_of(user.id), Right.ADMINISTER)
    )
