"""
`cpq db backup`, `restore`, `settle`, `heads` and `lost`: copies, and what they lack.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.progress import watched
from approval_engine.cli.values import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from approval_engine.operations.backups import Restored, Wish
    from approval_engine.store.ledger import Head


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


def _after_a_loss(command: "Callable[..., None]") -> "Callable[..., None]":
    """
    The options of what is done once a database is back.
    """
    options = (
        click.option(
            "--against",
            metavar="HEADS",
            type=click.Path(exists=True, dir_okay=False),
            help="What `cpq db heads` said last; tells what is lost.",
        ),
        click.option(
            "--messages",
            type=click.Choice(("hold", "send")),
            default="hold",
            show_default=True,
            help="What becomes of messages that wait.",
        ),
        click.option("--keep-tokens", is_flag=True, help="Let API tokens go on."),
        click.option(
            "--skip",
            default=10_000,
            show_default=True,
            type=click.IntRange(0, 10**9),
            metavar="N",
            help="How many numbers of each kind are left out.",
        ),
        click.option(
            "--check/--no-check",
            default=True,
            show_default=True,
            help="Check every invariant now; else do so later with `cpq db check`.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@FILE
@_after_a_loss
@pass_session
def restore(session: Session, path: str, **how: "str | int | None") -> None:
    """
    Make an empty database what a backup says.

    Log-ins, tokens and links in mails end. Ends with 8 if something is not in order.
    """
    from approval_engine.operations.backups import restore as command

    session.require_trust()
    wish = _wish(session, how)
    _tell(session, path, wish, command(session.bare_runtime, Path(path), wish, watched))


@click.command()
@click.option("--from", "source", required=True, metavar="TEXT", help="What it was.")
@_after_a_loss
@pass_session
def settle(session: Session, source: str, **how: "str | int | None") -> None:
    """
    Say that a database was brought back by other means, such as PostgreSQL's own.

    Log-ins, tokens and links in mails end. Ends with 8 if something is not in order.
    """
    from approval_engine.operations.backups import settle as command

    session.require_trust()
    wish = _wish(session, how)
    _tell(session, source, wish, command(session.bare_runtime, source, wish, watched))


@click.command()
@pass_session
def heads(session: Session) -> None:
    """
    The number and hash of the last event of every workflow, to keep elsewhere.
    """
    from approval_engine.store import ledger

    session.require_trust()
    with session.runtime.database.read() as transaction:
        found = ledger.every_head(transaction)
    if session.as_json:
        session.document([asdict(each) for each in found])
        return
    for each in found:
        click.echo(f"{each.workflow} {each.seq} {each.hash}")


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


def _wish(session: Session, how: "Mapping[str, str | int | None]") -> "Wish":
    from approval_engine.operations.backups import Wish

    against = how["against"]
    return Wish(
        by=session.administrator,
        tokens=bool(how["keep_tokens"]),
        messages=how["messages"] == "send",
        skip=int(how["skip"] or 0),
        check=bool(how["check"]),
        known=_heads(str(against)) if against else (),
    )


def _tell(session: Session, source: str, wish: "Wish", done: "Restored") -> None:
    ended = asdict(done.ended)
    view = done.checked.view()
    gaps = [each.line() for each in done.missing]
    if session.as_json:
        session.document({"schema": done.schema, **ended, "missing": gaps, **view})
    else:
        for line in (*gaps, *(each.line() for each in done.checked.findings)):
            session.record(**line)
        session.record(
            restored=source,
            schema=done.schema,
            workflows=done.checked.workflows,
            events=done.checked.events,
            check=view["check"] if wish.check else "later",
            lost=len(gaps),
            **ended,
        )
    if done.checked.findings or any(each.differs for each in done.missing):
        raise SystemExit(8)
