"""
`cpq identity`: which log-in of single sign-on is which person of the directory.
"""

import click

from approval_engine.cli.context import Session, pass_session


@click.group()
def identity() -> None:
    """
    Link log-ins of single sign-on to people.
    """


SUBJECT = click.option(
    "--subject", required=True, metavar="SUB", help="Who he is at the issuer."
)
ISSUER = click.option(
    "--issuer", metavar="URL", help="By default that of CPQ_OIDC_ISSUER."
)


@identity.command()
@click.option("--user", required=True, metavar="USER", help="Who he is here.")
@SUBJECT
@ISSUER
@pass_session
def link(session: Session, user: str, subject: str, issuer: str | None) -> None:
    """
    Let a log-in of the provider be this person from now on.
    """
    from approval_engine.accounts import identities
    from approval_engine.accounts.oidc import Identity

    session.require_trust()
    found = Identity(issuer=_issuer(session, issuer), subject=subject)
    identities.link(session.runtime, user, found, session.administrator)
    session.record(user=user, subject=subject, issuer=found.issuer)


@identity.command("list")
@click.option("--user", metavar="USER", help="Those of this person only.")
@pass_session
def list_(session: Session, user: str | None) -> None:
    """
    A line per link.
    """
    from approval_engine.accounts import identities

    session.require_trust()
    session.rows(
        {
            "user": row.user_id,
            "subject": row.subject,
            "issuer": row.issuer,
            "linked_at": row.linked_at,
            "linked_by": row.linked_by,
        }
        for row in identities.listed(session.runtime, user)
    )


@identity.command()
@SUBJECT
@ISSUER
@pass_session
def unlink(session: Session, subject: str, issuer: str | None) -> None:
    """
    Let a log-in of the provider be nobody; log-ins that are open go on until they end.
    """
    from approval_engine.accounts import identities
    from approval_engine.accounts.oidc import Identity

    session.require_trust()
    found = Identity(issuer=_issuer(session, issuer), subject=subject)
    identities.unlink(session.runtime, found)
    session.record(subject=subject, issuer=found.issuer, result="unlinked")


def _issuer(session: Session, named: str | None) -> str:
    found = named or session.settings.oidc_issuer
    if found is None:
        sentence = "Say whose log-in it is: --issuer URL, or CPQ_OIDC_ISSUER."
        raise click.UsageError(sentence)
    return found
