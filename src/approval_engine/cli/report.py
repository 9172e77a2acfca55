"""
`cpq report`: what an auditor asks for.
"""

from datetime import MAXYEAR, MINYEAR, date
from pathlib import Path

import click

from approval_engine.cli import controls, insight, working
from approval_engine.cli.context import Session, pass_session


class Day(click.ParamType[date]):
    """
    A day such as 2026-12-31.
    """

    name = "day"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> date:
        """
        The day, or a usage error that says what is expected.
        """
        from approval_engine.policy.reading.words import day_of

        day = day_of(str(value))
        # The first and the last year there are do not begin and end in every zone.
        if day is None or not MINYEAR < day.year < MAXYEAR:
            sentence = f"Expected a day such as 2026-12-31, got '{value}'."
            self.fail(sentence, param, ctx)
        return day


@click.group()
def report() -> None:
    """
    Report on what was decided, where it waits, and how long that takes.
    """


for _command in (
    *(insight.forecast, working.queue, working.sla, working.bottlenecks, working.log),
    controls.controls,
):
    report.add_command(_command)


@report.command()
@click.option("--from", "first", required=True, type=Day(), help="The first day.")
@click.option("--to", "last", required=True, type=Day(), help="The last day.")
@click.option(
    "--booked",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Orders as CSV or JSON: quote, revision, amount, fingerprint.",
)
@pass_session
def population(session: Session, first: date, last: date, booked: str | None) -> None:
    """
    Every submission, automatic approval, exception and override, with totals.

    With --booked also the booked orders that no valid approval stands behind. Ends
    with 8 if the event log counts other submissions than are listed.
    """
    from approval_engine.operations import population as reporting

    session.require_trust()
    if last < first:
        sentence = f"Expected --to from {first} on, but it is {last}."
        raise click.UsageError(sentence)
    orders = None
    if booked is not None:
        body = Path(booked).read_bytes()
        orders = reporting.read_booked(body, booked)
    runtime = session.runtime
    found, unapproved = runtime.database.lately(
        lambda: (
            reporting.population(runtime, first, last),
            list(reporting.judge_booked(runtime, orders or ())),
        )
    )
    totals = [*found.totals()]
    if orders is not None:
        totals.append(
            {"total": "booked", "count": len(orders), "unapproved": len(unapproved)}
        )
    if session.as_json:
        session.document(
            {
                "rows": found.rows,
                "booked": unapproved,
                "totals": totals,
                "control": found.control(),
            }
        )
    else:
        for line in (*found.rows, *unapproved, *totals, found.control()):
            session.record(**line)
    if not found.agrees:
        raise SystemExit(8)
