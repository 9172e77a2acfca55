"""
The rights of a PostgreSQL role that runs the product and cannot change its log.

The role that owns the tables migrates them and may take triggers away; the one that
serves needs neither. SQLite has no roles: there the file system decides.
"""

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import Table

from approval_engine.errors import InvalidInput
from approval_engine.store.schema import (
    ARCHIVED_EVENT,
    ARCHIVED_ORIGIN,
    ARCHIVED_TEXT,
    ATTACHMENT,
    CANARY,
    CANARY_EVENT,
    CANARY_QUOTE,
    CHECKPOINT,
    DOCUMENT,
    EVENT,
    EVENT_TEXT,
    METADATA,
    POLICY,
    PROCESS_VERSION,
    QUOTE,
    SEQUENCES,
    WORKFLOW,
)

_ADD = "SELECT, INSERT"
_RIGHTS: Mapping[Table, str] = {
    # The owner puts logs away; nobody else adds to the archive or takes anything out.
    ARCHIVED_EVENT: "SELECT",
    ARCHIVED_TEXT: "SELECT",
    ARCHIVED_ORIGIN: "SELECT, DELETE",
    ATTACHMENT: _ADD,
    CANARY: f"{_ADD}, UPDATE",
    CANARY_EVENT: _ADD,
    CANARY_QUOTE: _ADD,
    CHECKPOINT: _ADD,
    DOCUMENT: _ADD,
    EVENT: _ADD,
    EVENT_TEXT: _ADD,
    PROCESS_VERSION: _ADD,
    # Another version takes its place; which one, not what it says.
    POLICY: f"{_ADD}, UPDATE (status)",
    # Whoever submits holds the row; PostgreSQL wants a right to change for that.
    QUOTE: f"{_ADD}, UPDATE (imported_at)",
    WORKFLOW: f"{_ADD}, UPDATE",
}
"""What the role may do with tables that are not everybody's to change."""

_ANY = f"{_ADD}, UPDATE, DELETE"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def grants(role: str) -> Iterator[str]:
    """
    SQL that gives a role these rights and no others; the owner of the tables runs it.

    It may be run again, after each migration too. Raises InvalidInput for what is no
    plain name of a role.
    """
    if not _NAME.fullmatch(role):
        sentence = f"Expected the name of a role such as cpq_app, but got '{role}'."
        raise InvalidInput(sentence)
    tables = METADATA.sorted_tables
    names = ", ".join(("alembic_version", *(table.name for table in tables)))
    yield f"REVOKE ALL ON {names} FROM {role};"
    yield f"GRANT USAGE ON SCHEMA public TO {role};"
    yield f"GRANT SELECT ON alembic_version TO {role};"
    for table in tables:
        yield f"GRANT {_RIGHTS.get(table, _ANY)} ON {table.name} TO {role};"
    yield f"GRANT USAGE, SELECT ON SEQUENCE {', '.join(SEQUENCES)} TO {role};"
