"""
`cpq db retention` and `tidy`: how long what is kept, and deleting what is older.
"""

import click

from approval_engine.cli.context import Session, pass_session

_FOREVER = "forever"


class Days(click.ParamType[int]):
    """
    A number of days, or `forever`, which is 0.
    """

    name = "days"

    def convert(
        self,
        value: str | int,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """
        The number, or a usage error that says what is expected.
        """
        text = str(value)
        if text == _FOREVER:
            return 0
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            self.fail(f"expected 1 or more days, or '{_FOREVER}'.", param, ctx)
        return int(text)


@click.command()
@click.option("--answers", type=Days(), help="What was answered under a key.")
@click.option("--messages", type=Days(), help="Messages that were sent or not needed.")
@click.option("--origins", type=Days(), help="From where and how decisions came.")
@click.option("--texts", type=Days(), help="Comments of reviews that have ended.")
@click.option("--log-ins", type=Days(), help="Sessions and links that are over.")
@pass_session
def retention(session: Session, **changes: int | None) -> None:
    """
    Show for how many days what is kept, after changing what is named.
    """
    from approval_engine.worker.tidy import keep_for

    session.require_trust()
    wanted = {name: days or None for name, days in changes.items() if days is not None}
    found = keep_for(session.runtime, wanted)
    days = {name: kept or _FOREVER for name, kept in found.items()}
    session.record("retention", **days)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only count, up to 500 of each.")
@pass_session
def tidy(session: Session, *, dry_run: bool) -> None:
    """
    Delete what is older than it is kept; workers do so every hour.
    """
    from approval_engine.worker.tidy import sweep

    session.require_trust()
    counts = sweep(session.runtime, dry_run=dry_run)
    session.record("would_delete" if dry_run else "deleted", **counts)
