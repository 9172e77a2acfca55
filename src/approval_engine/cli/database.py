"""
`cpq db`: create or migrate the database, check, copy and restore everything in it.
"""

from pathlib import Path

import click

from approval_engine.cli import backups, retention
from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.progress import watched
from approval_engine.cli.values import CHECKPOINTS, TRUSTED_KEYS

_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def db() -> None:
    """
    Create or migrate the database, check, copy and restore it.
    """


_COPIES = (backups.backup, backups.restore, backups.settle)
_GAPS = (backups.heads, backups.lost)
_KEPT = (retention.retention, retention.tidy, retention.archive)
for each in (*_COPIES, *_GAPS, *_KEPT):
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
@TRUSTED_KEYS
@CHECKPOINTS
@pass_session
def check(
    session: Session, trusted: tuple[Path, ...], checkpoints: tuple[Path, ...]
) -> None:
    """
    Check every invariant over the whole database, in one snapshot.

    Prints a line per finding and ends with 8 if there is any. Signed checkpoints say
    besides where logs must have come to.
    """
    from approval_engine.cli.proving import signed_by
    from approval_engine.operations.invariants import check_all

    session.require_trust()
    signed = signed_by(session, checkpoints, trusted)
    found = check_all(session.runtime, watched, signed)
    if session.as_json:
        session.document(found.view())
    for finding in () if session.as_json else found.findings:
        session.record(check="failed", **finding.line())
    if found.findings:
        raise SystemExit(8)
    if not session.as_json:
        session.record(check="ok", workflows=found.workflows, events=found.events)


@db.command()
@click.option("--out", "path", required=True, metavar="FILE", type=_NEW_FILE)
@pass_session
def checkpoint(session: Session, path: Path) -> None:
    """
    Sign where all logs have come to, in a file to be kept elsewhere.

    It follows the checkpoint before it, whoever made that one. Needs CPQ_EVIDENCE_KEY.
    """
    from approval_engine.cli.proving import signer_of
    from approval_engine.history.evidence.checkpoint import write

    session.require_trust()
    runtime, signer = session.runtime, signer_of(session)
    made, _ = write(runtime.database, signer, runtime.clock(), lambda _: path)
    session.record(
        checkpoint=path,
        number=made.number,
        workflows=made.workflows,
        sha256=made.sha256,
        key=made.key,
    )


@db.command()
@click.option("--role", required=True, metavar="NAME", help="It must be there already.")
@pass_session
def grants(session: Session, role: str) -> None:
    """
    Print the SQL that lets a PostgreSQL role serve and not change the log.

    Nothing is asked of a database; the owner of the tables runs what is printed.
    """
    from approval_engine.store.roles import grants as of

    lines = tuple(of(role))
    if session.as_json:
        session.document(lines)
        return
    for line in lines:
        click.echo(line)
