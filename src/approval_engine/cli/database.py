"""
`cpq db`: create or migrate the database, check, copy and restore everything in it.
"""

import click

from approval_engine.cli import backups, retention
from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.progress import watched


@click.group()
def db() -> None:
    """
    Create or migrate the database, check, copy and restore it.
    """


_COPIES = (backups.backup, backups.restore, backups.settle)
_GAPS = (backups.heads, backups.lost)
for each in (*_COPIES, *_GAPS, retention.retention, retention.tidy):
    db.add_command(each)


@db.command()
@pass_session
def upgrade(session: Session) -> None:
    """
    Run the migrations that are missing; an empty database gets all of them.
    """
    from approval_engine.store.upgrade import upgrade as run

    session.require_trust()
    session.record(database="ok", schema=run(session.bare_runtime.database))


@db.command()
@pass_session
def check(session: Session) -> None:
    """
    Check every invariant over the whole database, in one snapshot.

    Prints a line per finding and ends with 8 if there is any.
    """
    from approval_engine.operations.invariants import check_all

    session.require_trust()
    found = check_all(session.runtime, watched)
    if session.as_json:
        session.document(found.view())
    for finding in () if session.as_json else found.findings:
        session.record(check="failed", **finding.line())
    if found.findings:
        raise SystemExit(8)
    if not session.as_json:
        session.record(check="ok", workflows=found.workflows, events=found.events)
