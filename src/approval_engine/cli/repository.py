"""
`cpq process deploy|diff|play|…`: what analysts draw becomes what quotes run on.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.process import deployed_line, process
from approval_engine.cli.values import FILE
from approval_engine.errors import InvalidInput

if TYPE_CHECKING:
    from approval_engine.definitions.model import Process


@process.command()
@FILE
@pass_session
def deploy(session: Session, path: str) -> None:
    """
    Make FILE the newest version of what is in it; the next submits run on it.

    A BPMN file holds one process, a DMN file decisions that processes ask.
    """
    from approval_engine.operations import repository

    session.require_trust()
    done = repository.deploy(
        session.runtime, Path(path).read_bytes(), path, session.administrator
    )
    for each in done:
        for note in each.notes:
            click.echo(f"note: {note}", err=True)
    session.rows(
        deployed_line(each.version)
        | {"result": "deployed" if each.is_new else "duplicate"}
        for each in done
    )


@process.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@pass_session
def diff(session: Session, before: str, after: str) -> None:
    """
    What differs between A and B, each a file or a deployed NAME or NAME@VERSION.
    """
    from approval_engine.definitions.diff import differences

    one, other = _either(session, before), _either(session, after)
    session.rows(
        {
            "change": each.change,
            "element": each.element,
            "name": each.name,
            "what": each.what,
            "before": each.before,
            "after": each.after,
        }
        for each in differences(one, other)
    )


@process.command()
@FILE
@click.option("--quote", "quote_id", required=True, metavar="Q")
@pass_session
def play(session: Session, path: str, quote_id: str) -> None:
    """
    The way that a quote would take through FILE if everybody approved; nothing stored.
    """
    from approval_engine.operations.play import play as played

    xml = Path(path).read_bytes()
    session.rows(played(session.runtime, xml, path, quote_id))


@process.command("to-frame")
@FILE
@click.option("--out", required=True, metavar="F", type=click.Path(dir_okay=False))
@pass_session
def to_frame(session: Session, path: str, out: str) -> None:
    """
    Make a frame of a process that draws the steps itself: a slot stands for them.
    """
    from approval_engine.definitions.framing import to_frame as framed

    session.write(out, framed(Path(path).read_bytes(), path))
    session.record(frame=out)


@process.command()
@FILE
@click.option("--out", required=True, metavar="G", type=click.Path(dir_okay=False))
@pass_session
def arrange(session: Session, path: str, out: str) -> None:
    """
    Write FILE with a diagram to G, so that Modeler can open it; one it has is kept.
    """
    from approval_engine.definitions.arrange import arrange as arranged

    before = Path(path).read_bytes()
    after = arranged(before, path)
    session.write(out, after)
    session.record(file=path, out=out, result="kept" if after == before else "drawn")


def _either(session: Session, text: str) -> "Process":
    from approval_engine.definitions.reading import EVERY_NAME, read
    from approval_engine.operations import repository

    if Path(text).is_file():
        return read(Path(text).read_bytes(), text, EVERY_NAME).process
    name, _, number = text.partition("@")
    if number and not number.isdecimal():
        sentence = f"Expected a version number behind '@', but got '{text}'."
        raise InvalidInput(sentence)
    with session.runtime.database.read() as transaction:
        wanted = int(number) if number else None
        _, body = repository.find(transaction, name, wanted)
    return read(body, text, EVERY_NAME).process
