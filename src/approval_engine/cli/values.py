"""
The kinds of arguments and options that commands share.
"""

from datetime import UTC, datetime

import click

FILE = click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False)
)
"""A file that a command reads."""

WORKFLOW = click.option("--workflow", "workflow_id", required=True, metavar="WF")
"""The workflow that a command is about."""

KEY = click.option("--idempotency-key", "key", metavar="K")
"""What makes a repeated call the same request."""


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
