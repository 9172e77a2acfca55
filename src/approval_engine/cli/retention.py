"""
`cpq db retention`, `tidy` and `archive`: how long what is kept where.
"""

from datetime import UTC, date, datetime, timedelta

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.report import Day

_FOREVER = "forever"
_NEVER = "never"
_MOST = 700_000


class Days(click.ParamType[int]):
    """
    A number of days, or the word for an endless time, which is 0.
    """

    name = "days"

    def __init__(self, endless: str) -> None:
        self._endless = endless

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
        if text == self._endless:
            return 0
        # No calendar reaches further back than some two thousand years.
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST:
            sentence = f"expected 1 to {_MOST} days, or '{self._endless}'."
            self.fail(sentence, param, ctx)
        return int(text)


@click.command()
@click.option("--answers", type=Days(_FOREVER), help="What was answered under a key.")
@click.option(
    "--messages", type=Days(_FOREVER), help="Messages that were sent or not needed."
)
@click.option(
    "--origins", type=Days(_FOREVER), help="From where and how decisions came."
)
@click.option(
    "--texts", type=Days(_FOREVER), help="Comments of reviews that have ended."
)
@click.option(
    "--log-ins", type=Days(_FOREVER), help="Sessions and links that are over."
)
@click.option("--archive", type=Days(_NEVER), help="Logs of reviews that have ended.")
@pass_session
def retention(session: Session, **changes: int | None) -> None:
    """
    Show for how many days what is kept, after changing what is named.

    A log is never deleted: after so many days it is put into the archive.
    """
    from approval_engine.worker.tidy import ARCHIVE, keep_for

    session.require_trust()
    wanted = {name: days or None for name, days in changes.items() if days is not None}
    found = keep_for(session.runtime, wanted)
    endless = {ARCHIVE: _NEVER}
    days = {name: kept or endless.get(name, _FOREVER) for name, kept in found.items()}
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


@click.command()
@click.option("--before", type=Day(), help="What ended before that day, in UTC.")
@click.option("--older", type=click.IntRange(1, _MOST), metavar="DAYS")
@click.option("--dry-run", is_flag=True, help="Only count, up to 100 reviews.")
@pass_session
def archive(
    session: Session, before: date | None, older: int | None, *, dry_run: bool
) -> None:
    """
    Move the logs of reviews that ended long ago into the archive.

    Without a day or days it does what the retention says. Reviews of which a message is
    kept, that an incident holds, or that somebody is busy with are left, and counted.
    """
    from approval_engine.worker.archive import archive as command

    session.require_trust()
    limit = _limit(session, before, older)
    moved, left = command(session.runtime, limit, dry_run=dry_run)
    session.record(
        "would_archive" if dry_run else "archived",
        workflows=moved.workflows,
        events=moved.events,
        texts=moved.texts,
        origins=moved.origins,
        left=left,
    )


def _limit(session: Session, before: date | None, older: int | None) -> datetime:
    from approval_engine.worker.archive import days_of

    if before is not None and older is not None:
        raise click.UsageError("Give either --before DAY or --older DAYS.")
    if before is not None:
        return datetime.combine(before, datetime.min.time(), UTC)
    days = older or days_of(session.runtime)
    if days is None:
        sentence = (
            "Expected --before DAY or --older DAYS,"
            " as 'cpq db retention' says that nothing is archived."
        )
        raise click.UsageError(sentence)
    return session.runtime.clock() - timedelta(days=days)
