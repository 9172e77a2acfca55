"""
`cpq password`: what people log in with on the web.
"""

import sys

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.errors import InvalidInput


@click.group()
def password() -> None:
    """
    Set the passwords of people for the web inbox.
    """


@password.command("set")
@click.option("--user", required=True, metavar="USER", help="Whose password it is.")
@pass_session
def set_(session: Session, user: str) -> None:
    """
    Give a person a password and end his sessions.

    It is asked for twice on a terminal, and else the first line of what comes in. It is
    never an option, for others can read those while the command runs.
    """
    from approval_engine.accounts import passwords

    session.require_trust()
    runtime = session.runtime
    passwords.set_password(runtime, user, _asked() if sys.stdin.isatty() else _piped())
    session.record(password="set", user=user)  # noqa: S106 the word, not a password


def _asked() -> str:
    return str(
        click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    )


def _piped() -> str:
    from approval_engine.accounts.passwords import LONGEST

    # A sign takes up to four bytes; whatever is longer is refused for its length.
    line = sys.stdin.buffer.readline(4 * (LONGEST + 1))
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        sentence = "Expected a password in UTF-8, but it is not."
        raise InvalidInput(sentence) from error
