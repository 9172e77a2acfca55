"""
`cpq policy simulate`: what a draft changes, on the past or on a file of quotes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, TextIO

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.progress import advancing, watched
from approval_engine.cli.rules_there import ruled, warn_of_negative
from approval_engine.cli.words import plain

if TYPE_CHECKING:
    from approval_engine.analytics.simulation import (
        Exposed,
        Outcome,
        Simulation,
        Tried,
    )
    from approval_engine.operations.alike import Asked
    from approval_engine.operations.quote_files import QuoteFile
    from approval_engine.policy.model import Policy

_FILE = click.Path(exists=True, dir_okay=False)


@click.command()
@click.option("--policy", "draft", required=True, metavar="FILE", type=_FILE)
@click.option(
    "--quotes",
    metavar="FILE",
    type=_FILE,
    help="Quotes to try it with: JSON, JSON lines, CSV or Parquet, by its ending.",
)
@click.option("--history", is_flag=True, help="Try it with all that was submitted.")
@click.option("--by", metavar="INPUT", help="Figures for each value of it as well.")
@click.option(
    "--sql",
    is_flag=True,
    help="Only which rules fire, asked of DuckDB over a Parquet or CSV file.",
)
@click.option(
    "--table",
    nargs=2,
    metavar="URL NAME",
    help="Only which rules fire, asked of a table where it lies.",
)
@pass_session
def simulate(  # noqa: PLR0913 an argument for each option
    session: Session,
    draft: str,
    quotes: str | None,
    by: str | None,
    table: tuple[str, str] | None,
    *,
    history: bool,
    sql: bool,
) -> None:
    """
    Ask quotes under the policy in force and under a draft; a line for each difference.

    People, windows and exceptions are those of today. Nothing is stored.
    """
    from approval_engine.policy.load import load

    if [quotes is not None, history, table is not None].count(True) != 1:
        sentence = "Give either --quotes FILE or --history, or --table URL NAME."
        raise click.UsageError(sentence)
    if sql and quotes is None:
        raise click.UsageError("Give --sql with --quotes FILE.")
    policy = load(session.read(draft))
    if sql or table is not None:
        if by is not None:
            raise click.UsageError("Give --by without --sql and --table.")
        ruled(session, policy, quotes, table)
        return
    # What is told one by one may not fit into memory, and must not be half of it.
    with TemporaryFile("w+", encoding="utf-8") as aside:
        told = None if session.as_json else _telling(aside)
        found = _simulated(session, policy, quotes, by, told)
        warn_of_negative(found.figures.negative, found.negative)
        if session.as_json:
            session.document(found.view())
            return
        aside.seek(0)
        for line in aside:
            click.echo(line, nl=False)
    _sums(session, found)


def _simulated(
    session: Session,
    policy: "Policy",
    quotes: str | None,
    by: str | None,
    told: "Callable[[Tried], None] | None",
) -> "Simulation":
    from approval_engine.operations import quote_files, simulation

    runtime = session.runtime
    with runtime.database.read() as transaction:
        policies = simulation.policies_tried(runtime, transaction, policy)
    simulation.must_be_stated(by, policies)
    if quotes is not None:
        file = quote_files.opened(Path(quotes), policies)
        return simulation.of_quotes(runtime, policy, _asked(file), by, told)
    found = runtime.database.lately(
        lambda: simulation.of_history(runtime, policy, watched=watched, by=by)
    )
    if told is not None:
        for each in found.changed:
            told(each)
    return found


def _asked(file: "QuoteFile") -> "Iterator[Asked]":
    with advancing(file.length) as to:
        for piece in file.pieces():
            to(piece.at)
            yield piece.asked


def _telling(aside: TextIO) -> "Callable[[Tried], None]":
    def told(tried: "Tried") -> None:
        pairs = (f"{name}={plain(value)}" for name, value in _line(tried).items())
        aside.write(" ".join(pairs) + "\n")

    return told


def _sums(session: Session, found: "Simulation") -> None:
    from approval_engine.policy.reading.words import snake

    def record(*words: str, **values: object) -> None:
        session.record(*words, **{snake(name): each for name, each in values.items()})

    for step in found.steps:
        record(step=step.step, before=step.before, after=step.after)
    record(**found.counts())
    record(**found.figures.hours())
    for role in found.roles:
        record(**role.view())
    for exposed in found.figures.exposed:
        record(**_exposed(exposed))
    for segment in found.segments:
        figures = segment.figures
        record(by=found.by, value=segment.value, **figures.counts(), **figures.hours())
        for exposed in figures.exposed:
            record(by=found.by, value=segment.value, **_exposed(exposed))


def _exposed(sums: "Exposed") -> dict[str, object]:
    return {"exposed" if n == "kind" else n: v for n, v in sums.view().items()}


def _line(tried: "Tried") -> dict[str, object]:
    found: dict[str, object] = {
        "quote": tried.quote,
        "revision": tried.revision,
        "account": tried.account,
        "before": _word(tried.before, tried.after),
        "after": _word(tried.after, tried.before),
    }
    if tried.kind == "unjudged":
        found["because"] = tried.after.refused
    return found


def _word(outcome: "Outcome", other: "Outcome") -> str:
    if outcome.refused:
        return "refused"
    return ",".join(outcome.words(other)) or "automatic"
