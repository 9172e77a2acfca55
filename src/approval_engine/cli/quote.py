"""
`cpq quote`: import, list and show quotes.
"""

import click

from approval_engine.cli.context import Session, pass_session

FILE = click.argument("path", type=click.Path(exists=True, dir_okay=False))


@click.group()
def quote() -> None:
    """
    Import and show quotes.
    """


@quote.command("import")
@FILE
@pass_session
def import_(session: Session, path: str) -> None:
    """
    Store the quote revisions of a file.
    """
    from approval_engine.operations.intake import import_quotes

    session.require_trust()
    count = import_quotes(session.runtime, session.read(path))
    session.record("imported", quotes=count)
