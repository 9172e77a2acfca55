"""
`cpq report queue|sla|bottlenecks|log`: what waits, what was late, where time goes.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session

if TYPE_CHECKING:
    from approval_engine.analytics.work.measures import Measured
    from approval_engine.analytics.work.rows import Row

BY = click.option(
    "--by",
    "group",
    default="role",
    show_default=True,
    metavar="GROUP",
    help="role, person, policy, step, process, or an input with words.",
)
CSV = click.option(
    "--csv", "path", metavar="FILE", type=click.Path(dir_okay=False), help="As a sheet."
)
_FORMATS = ("xes", "csv")


@click.command()
@click.option(
    "--by", "group", default="role", type=click.Choice(["role", "person", "step"])
)
@CSV
@pass_session
def queue(session: Session, group: str, path: str | None) -> None:
    """
    What waits now: how much, how much of it is late, and what waits longest.
    """
    from approval_engine.analytics.work.rows import queued_row
    from approval_engine.operations.insight import queue as read
    from approval_engine.operations.insight import waiting

    session.require_trust()
    runtime = session.runtime
    found = runtime.database.lately(lambda: waiting(read(runtime), group))
    _told(session, [queued_row(group, each) for each in found], path)


@click.command()
@BY
@CSV
@pass_session
def sla(session: Session, group: str, path: str | None) -> None:
    """
    What was answered, how long it took in working hours, and how much of it was late.

    Looks at the newest 2,000 reviews.
    """
    from approval_engine.analytics.work.rows import late_row

    rows = [late_row(group, each) for each in _measured(session, group)]
    _told(session, rows, path)


@click.command()
@BY
@CSV
@pass_session
def bottlenecks(session: Session, group: str, path: str | None) -> None:
    """
    Where time goes: waiting, working and off hours, the most of it first.

    Looks at the newest 2,000 reviews.
    """
    from approval_engine.analytics.work.rows import slow_row

    found = _measured(session, group)
    total = sum(each.waiting_hours + each.working_hours for each in found)
    rows = [slow_row(group, each, total) for each in found]
    _told(session, rows, path)


@click.command()
@click.option(
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="FILE.xes (IEEE 1849) or FILE.csv.",
)
@click.option("--last", default=2000, show_default=True, type=click.IntRange(1))
@pass_session
def log(session: Session, out: str, last: int) -> None:
    """
    The events of the newest reviews as an event log for process mining.
    """
    from approval_engine.analytics.work.eventlog import write_csv, write_xes
    from approval_engine.operations.insight import traces

    session.require_trust()
    kind = Path(out).suffix.lower().removeprefix(".")
    if kind not in _FORMATS:
        sentence = f"Expected --out to end in .xes or .csv, but got '{out}'."
        raise click.UsageError(sentence)
    write: Callable[..., tuple[int, int]] = write_xes if kind == "xes" else write_csv
    runtime = session.runtime

    def written() -> tuple[int, int]:
        with runtime.database.read() as transaction, Path(out).open("wb") as file:
            return write(traces(transaction, last), file)

    try:
        workflows, events = runtime.database.lately(written)
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.BadParameter(f"{out} cannot be written: {reason}.") from error
    session.record(log=out, workflows=workflows, events=events)


def _measured(session: Session, group: str) -> "Sequence[Measured]":
    from approval_engine.analytics.work.measures import measured
    from approval_engine.operations.insight import work

    session.require_trust()
    runtime = session.runtime
    found = runtime.database.lately(lambda: work(runtime, group))
    return measured(found.pieces, group)


def _told(session: Session, rows: "Iterable[Row]", path: str | None) -> None:
    from approval_engine.documents.spreadsheet import sheet

    told = list(rows)
    if path is None:
        session.rows(told)
        return
    names = list(told[0]) if told else []
    session.write(path, sheet(names, ([*each.values()] for each in told)))
    session.record(report=path, rows=len(told))
