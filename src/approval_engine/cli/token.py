"""
`cpq token`: API tokens, whose secret is shown once; list them, and end them.
"""

from datetime import datetime

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import Instant

SCOPES = ("read", "act", "submit", "admin")


@click.group()
def token() -> None:
    """
    Create, list and revoke API tokens.
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


@token.command("list")
@click.option("--user", metavar="USER", help="Those of this person only.")
@pass_session
def list_(session: Session, user: str | None) -> None:
    """
    A line per token, the newest first; no secret is among them.
    """
    from approval_engine.accounts import tokens

    session.require_trust(of=user)
    now = session.runtime.clock()
    session.rows(
        {
            "token": row.id,
            "user": row.user_id,
            "scopes": tuple(row.scopes.split()),
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "last_used": row.seen_at,
            "status": "ended" if tokens.is_over(row, now) else "active",
        }
        for row in tokens.listed(session.runtime, user)
    )


@token.command()
@click.option("--token", "token_id", required=True, metavar="K", help="Its id.")
@pass_session
def revoke(session: Session, token_id: str) -> None:
    """
    End a token now; whoever uses it is refused from the next request on.
    """
    from approval_engine.accounts import tokens

    session.require_trust()
    owner = tokens.revoke(session.runtime, token_id)
    session.record(token=token_id, user=owner, status="revoked")
