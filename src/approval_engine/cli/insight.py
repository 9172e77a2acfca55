"""
`cpq report forecast`: what the past says of the present, and how often it was right.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session

if TYPE_CHECKING:
    from approval_engine.analytics.forecast.judged import Judged, Said
    from approval_engine.analytics.forecast.spans import Forecast
    from approval_engine.history.reading import Case
    from approval_engine.history.views import View


@click.command()
@click.option(
    "--last",
    default=200,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Of how many forecasts, those that were due last.",
)
@pass_session
def forecast(session: Session, last: int) -> None:
    """
    How often the last forecasts held, and each of them.

    A forecast is judged once its span has passed; it is made again from what was known
    when the review was submitted. They are looked for among three times as many
    reviews; how many of these could not be judged, and why, is told too.
    """
    from approval_engine.operations.forecasts import judged

    session.require_trust()
    runtime = session.runtime
    found = runtime.database.lately(lambda: judged(runtime, last))
    rows = [_row(each) for each in found.said]
    if session.as_json:
        session.document({"total": _total(found), "reviews": rows})
        return
    for line in (_total(found), *rows):
        session.record(**line)


def _total(found: "Judged") -> "View":
    held, steps = found.steps
    outcomes = [each.outcome for each in found.said]
    return {
        "forecast": "judged",
        "reviews": len(found.said),
        "held": found.held,
        "held_pct": _pct(found.held, len(found.said)),
        "claimed_pct": found.claimed_pct,
        "early": outcomes.count("early"),
        "late": outcomes.count("late"),
        "open": outcomes.count("open"),
        "steps": steps,
        "steps_held": held,
        "steps_held_pct": _pct(held, steps),
        "looked_at": found.looked_at,
        "not_due": found.waiting,
        "nobody_asked": found.unasked,
        "too_little_history": found.silent,
        "ended_otherwise": found.otherwise,
    }


def _row(each: "Said") -> "View":
    from approval_engine.domain.events import stamp

    return {
        "workflow": each.review.id,
        "submitted_at": stamp(each.submitted_at),
        "earliest_at": stamp(each.span.first_at),
        "latest_at": stamp(each.span.last_at),
        "approved_at": stamp(each.ended_at) if each.ended_at else None,
        "outcome": each.outcome,
    }


def _pct(part: int, whole: int) -> str | None:
    return f"{100 * part / whole:.1f}" if whole else None


def of_case(session: Session, case: "Case") -> "View":
    """
    The field `forecast` of a workflow, if there is something to be said.
    """
    from approval_engine.analytics.forecast.asking import Forecasts
    from approval_engine.analytics.forecast.views import forecast_view
    from approval_engine.operations.forecasts import of_workflow

    runtime = session.runtime
    forecasts = Forecasts(runtime.database)
    found = of_workflow(runtime, forecasts, case.workflow, case.plan)
    return {"forecast": forecast_view(found)} if found else {}


def lines(found: "Forecast | None") -> "Iterator[View]":
    """
    The line of a preview that says when it would be approved, or why that is unknown.
    """
    from approval_engine.analytics.forecast.spans import PCT
    from approval_engine.domain.events import stamp

    if found is None:
        return
    if found.span is None:
        yield {"forecast": "unknown", "because": found.lacks}
        return
    yield {
        "forecast": f"{PCT}%",
        "earliest_at": stamp(found.span.first_at),
        "latest_at": stamp(found.span.last_at),
        "answers": found.answers,
    }


def span_of(found: "Forecast | None", step: str) -> "View":
    """
    The span of a step in a line of a preview, if there is one.
    """
    from approval_engine.domain.events import stamp

    span = found.steps.get(step) if found else None
    if span is None:
        return {}
    return {"earliest_at": stamp(span.first_at), "latest_at": stamp(span.last_at)}
