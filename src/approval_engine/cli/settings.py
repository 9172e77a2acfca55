"""
`cpq config`: what the environment says, with every secret masked.
"""

import click

from approval_engine.cli.context import Session, pass_session


@click.command()
@pass_session
def config(session: Session) -> None:
    """
    Show the settings, secrets masked.
    """
    settings = dict(session.settings.masked())
    if session.as_json:
        session.document(settings)
        return
    for name, value in settings.items():
        session.record(**{name: value})
