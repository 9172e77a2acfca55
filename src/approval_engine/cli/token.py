"""
`cpq token`: API tokens, whose secret is shown once.
"""

from datetime import datetime

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import Instant

SCOPES = ("read", "act", "submit", "admin")


@click.group()
def token() -> None:
    """
    Create and revoke API tokens.
    """


@token.command()
@click.option("--user", required=True, metavar="USER", help="Whose token it is.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it is good for; may be given more than once.",
)
@click.option("--expires", type=Instant(), help="RFC 3339, with offset; else never.")
@pass_session
def create(
    session: Session, user: str, scopes: tuple[str, ...], expires: datetime | None
) -> None:
    """
    Make a token and print its secret, which nobody can read again.
    """
    from approval_engine.accounts import tokens

    session.require_trust()
    made, secret = tokens.create(session.runtime, user, scopes, expires)
    session.record(token=made.id, user=made.user, scopes=made.scopes, secret=secret)


@token.command()
@click.option("--token", "token_id", required=True, metavar="K")
@pass_session
def revoke(session: Session, token_id: str) -> None:
    """
    Let a token open nothing from now on.
    """
    from approval_engine.accounts import tokens

    session.require_trust()
    user = tokens.revoke(session.runtime, token_id)
    session.record(token=token_id, user=user, status="revoked")
