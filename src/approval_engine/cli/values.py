"""
The kinds of arguments and options that commands share.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from approval_engine.errors import InvalidInput

FILE = click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False)
)
"""A file that a command reads."""

WORKFLOW = click.option("--workflow", "workflow_id", required=True, metavar="WF")
"""The workflow that a command is about."""


TRUSTED_KEYS = click.option(
    "--key",
    "trusted",
    multiple=True,
    metavar="PUBLIC.pem",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A public key that you trust; may be given several times.",
)
"""The keys by which signatures are judged."""

CHECKPOINTS = click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="A signed checkpoint, or a folder of them; may be given several times.",
)
"""What was signed of the heads of all logs."""


def one_or_all(workflow_id: str | None, *, everything: bool) -> str | None:
    """
    The workflow that was named; None for all of them. One of both must be given.
    """
    if bool(workflow_id) == everything:
        raise click.UsageError("Give either --workflow WF or --all.")
    return workflow_id


class Instant(click.ParamType[datetime]):
    """
    An instant with its offset from UTC.
    """

    name = "instant"

    def convert(
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """
        The instant, or a usage error that says what is expected.
        """
        try:
            found = datetime.fromisoformat(str(value))
            found.astimezone(UTC)
        except (ValueError, OverflowError):
            found = None
        if found is None or found.tzinfo is None:
            sentence = (
                f"Expected an instant such as 2026-12-20T09:00:00Z, got '{value}'."
            )
            self.fail(sentence, param, ctx)
        return found


class Checked(click.ParamType[str]):
    """
    A text of a form of its own; what its reader refuses is wrong usage.
    """

    def __init__(self, name: str, check: Callable[[str], object]) -> None:
        self.name = name
        self._check = check

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """
        The text as it was given, or a usage error in the words of its reader.
        """
        try:
            self._check(value)
        except InvalidInput as error:
            self.fail(str(error), param, ctx)
        return value


def _key(text: str) -> None:
    from approval_engine.executor.answer import check_key

    check_key(text)


def _comment(text: str) -> None:
    from approval_engine.executor.comments import comment_of

    comment_of(text)


COMMENT = Checked("comment", _comment)
"""What people write; whether there must be something to read is asked later."""

KEY = click.option("--idempotency-key", "key", metavar="K", type=Checked("key", _key))
"""What makes a repeated call the same request."""
