"""
Policies by the names that people give them: a version, `active`, a policy, or a file.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from approval_engine.cli.context import Session
from approval_engine.errors import NotFound

if TYPE_CHECKING:
    from approval_engine.documents import Document, JsonValue
    from approval_engine.store.catalog import PolicyRow

ACTIVE = "active"


def rows(session: Session) -> "tuple[PolicyRow, ...]":
    """
    Every published version, oldest first.
    """
    from approval_engine.store import catalog

    with session.runtime.database.read() as transaction:
        return catalog.policies(transaction)


def row(session: Session, version: str) -> "PolicyRow":
    """
    The published version of that number, or the active one. Raises NotFound.
    """
    every = rows(session)
    active = [row for row in every if version == row.status == ACTIVE]
    # Two policies of different names may share a version: the newer one is meant.
    named = [row for row in reversed(every) if row.version == version]
    if found := (*active, *named):
        return found[0]
    raise NotFound(f"There is no published policy version '{version}'.")


def document(session: Session, row: "PolicyRow") -> "JsonValue":
    """
    The document of a published version.
    """
    from approval_engine.documents import load
    from approval_engine.store import catalog

    with session.runtime.database.read() as transaction:
        return load(catalog.body(transaction, row.sha256))


def either(session: Session, name: str) -> "JsonValue":
    """
    The document in a file of that name, else of that published version.
    """
    if Path(name).is_file():
        from approval_engine.documents import in_order, load

        # As it would be stored: decimals as texts.
        return load(in_order(session.read(name).value))
    return document(session, row(session, name))


def named(session: Session, name: str, version: str | None) -> "Document":
    """
    The document in a file of that name, or of the policy of that name.

    That is the version asked for, else the active one, else the newest; a version may
    also stand for the name. Raises NotFound.
    """
    if Path(name).is_file():
        return session.read(name)
    from approval_engine.documents import parse
    from approval_engine.store import catalog

    own = [row for row in rows(session) if row.name == name]
    chosen = [row for row in own if version in {row.version, None}]
    if own and not chosen:
        raise NotFound(f"There is no version '{version}' of policy '{name}'.")
    active = [row for row in chosen if row.status == ACTIVE]
    found = (*active, *reversed(chosen))[0] if chosen else row(session, name)
    with session.runtime.database.read() as transaction:
        body = catalog.body(transaction, found.sha256)
    return parse(body, f"{found.name}@{found.version}")


def line(row: "PolicyRow") -> dict[str, object]:
    """
    What is printed of a published version.
    """
    return {
        "policy": row.name,
        "version": row.version,
        "sha256": row.sha256,
        "status": row.status,
    }
