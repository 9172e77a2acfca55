"""
`cpq db backup`, `restore`, `heads` and `lost`: copies of the database, and their gaps.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.progress import watched
from approval_engine.cli.values import FILE

if TYPE_CHECKING:
    from approval_engine.store.backup import Head


@click.command()
@click.option("--out", "path", required=True, metavar="FILE", type=click.Path())
@pass_session
def backup(session: Session, path: str) -> None:
    """
    Copy the database as it stands into a new file; everybody goes on working.
    """
    from approval_engine.operations.backups import make

    session.require_trust()
    made = make(session.runtime, Path(path))
    fields = {name: getattr(made, name) for name in type(made).__slots__}
    session.record(backup="ok", **fields)


@click.command()
@FILE
@click.option(
    "--against", metavar="HEADS", type=click.Path(exists=True, dir_okay=False),
    help="What `cpq db heads` said last; tells what is lost.",
)  # fmt: skip
@click.option(
    "--messages", type=click.Choice(("hold", "send")), default="hold",
    show_default=True, help="What becomes of messages that wait.",
)  # fmt: skip
@click.option("--keep-tokens", is_flag=True, help="Let API tokens go on.")
@click.option(
    "--skip", default=10_000, show_default=True, type=click.IntRange(0, 10**9),
    metavar="N", help="How many numbers of each kind are left out.",
)  # fmt: skip
@pass_session
def restore(
    session: Session,
    path: str,
    *,
    against: str | None,
    messages: str,
    keep_tokens: bool,
    skip: int,
) -> None:
    """
    Make an empty database what a backup says, and check all of it.

    Log-ins, tokens and links in mails end. Ends with 8 if something is not in order.
    """
    from approval_engine.operations.backups import Wish
    from approval_engine.operations.backups import restore as command

    session.require_trust()
    wish = Wish(
        by=session.administrator,
        tokens=keep_tokens,
        messages=messages == "send",
        skip=skip,
        known=_heads(against) if against else (),
    )
    done = command(session.bare_runtime, Path(path), wish, watched)
    ended = {name: getattr(done.ended, name) for name in type(done.ended).__slots__}
    view = done.checked.view()
    gaps = [each.line() for each in done.missing]
    if session.as_json:
        session.document({"schema": done.schema, **ended, "missing": gaps, **view})
    else:
        for line in (*gaps, *(each.line() for each in done.checked.findings)):
            session.record(**line)
        session.record(
            restored=path,
            schema=done.schema,
            workflows=done.checked.workflows,
            events=done.checked.events,
            check=view["check"],
            lost=len(gaps),
            **ended,
        )
    if done.checked.findings or any(each.differs for each in done.missing):
        raise SystemExit(8)


@click.command()
@pass_session
def heads(session: Session) -> None:
    """
    The number and hash of the last event of every workflow, to keep elsewhere.
    """
    from approval_engine.store import backup as store

    session.require_trust()
    with session.runtime.database.read() as transaction:
        found = store.heads(transaction)
    if session.as_json:
        session.document([asdict(each) for each in found])
        return
    for each in found:
        click.echo(f"{each.workflow} {each.seq} {each.head}")


@click.command()
@click.option(
    "--against", required=True, metavar="HEADS",
    type=click.Path(exists=True, dir_okay=False),
    help="What `cpq db heads` said once.",
)  # fmt: skip
@pass_session
def lost(session: Session, against: str) -> None:
    """
    What this database lacks of what it once had. Ends with 8 if anything is missing.
    """
    from approval_engine.operations.lost import missing

    session.require_trust()
    known = _heads(against)
    with session.runtime.database.read() as transaction:
        found = tuple(missing(transaction, known))
    if session.as_json:
        session.document([each.line() for each in found])
    else:
        for each in found:
            session.record(**each.line())
        if not found:
            session.record(lost=0, workflows=len(known))
    if found:
        raise SystemExit(8)


def _heads(path: str) -> "tuple[Head, ...]":
    from approval_engine.operations.lost import read_heads

    return read_heads(Path(path).read_bytes(), path)
