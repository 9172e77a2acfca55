"""
`cpq approval explain` and `preview`: why somebody is asked, why not, and what would be.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from approval_engine.cli import insight
from approval_engine.cli.context import Session, pass_session

if TYPE_CHECKING:
    from approval_engine.analytics.forecast.spans import Forecast
    from approval_engine.executor.routed import Routed
    from approval_engine.history.views import View


@click.command()
@click.option("--workflow", "workflow_id", required=True, metavar="WF")
@click.option("--role", metavar="R", help="Why this role was asked, or why not.")
@click.option("--step", metavar="S", help="Why this step was asked, or why not.")
@pass_session
def explain(
    session: Session, workflow_id: str, role: str | None, step: str | None
) -> None:
    """
    Which rules asked for whom, with each fact beside its threshold.

    Last come the smallest changes of the quote that would avoid each approval.
    """
    from approval_engine.history import explain as explaining
    from approval_engine.history import ways
    from approval_engine.history.reading import find, timeline
    from approval_engine.operations.avoiding import of_workflow

    if role and step:
        sentence = "Give either --role R or --step S."
        raise click.UsageError(sentence)
    runtime = session.runtime
    case = find(runtime.database, workflow_id)
    if wanted := role or step:
        with runtime.database.read() as transaction:
            policy = runtime.policy(transaction, case.workflow.evidence.policy)
        found = list(explaining.why_not(case, policy, wanted))
    else:
        around = ways.lines(of_workflow(runtime, case))
        first = timeline(runtime.database, workflow_id)[0].event
        found = [*explaining.lines(case, first), *around]
    if session.as_json:
        session.document(found)
        return
    for line in found:
        session.record(**line)


@click.command()
@click.option("--quote", "quote_id", required=True, metavar="Q")
@click.option("--policy", "path", type=click.Path(exists=True, dir_okay=False))
@pass_session
def preview(session: Session, quote_id: str, path: str | None) -> None:
    """
    The plan that a submit would make; nothing is stored.
    """
    from approval_engine.analytics.forecast.asking import Forecasts
    from approval_engine.analytics.forecast.views import span_view
    from approval_engine.history import views, ways
    from approval_engine.operations import forecasts
    from approval_engine.operations.avoiding import of_preview
    from approval_engine.operations.preview import preview as command

    routed = command(session.runtime, quote_id, session.read(path) if path else None)
    around = of_preview(routed, session.runtime.clock())
    steps = views.plan_view(routed.plan)
    runtime = session.runtime
    told = forecasts.of_preview(runtime, Forecasts(runtime.database), routed)
    spans = told.steps if told else {}
    if session.as_json:
        session.document(
            [
                step
                | {"avoidedBy": ways.view(around.get(step["step"], ()))}
                | ({"forecast": span_view(spans[name])} if name in spans else {})
                for name, step in ((each["step"], each) for each in steps)
            ]
        )
        return
    for line in (*_lines(quote_id, routed, steps, told), *ways.lines(around)):
        session.record(**line)


def _lines(
    quote_id: str, routed: "Routed", steps: "list[View]", told: "Forecast | None"
) -> "Iterator[View]":
    from approval_engine.history import chosen, views

    head = {"quote": quote_id, "policy": routed.policy.version, "steps": len(steps)}
    if (found := routed.canary) and found.canary.routes:
        head |= {"because": chosen.foreseen(found.canary, found.choice)}
    yield head
    for trigger in routed.evaluation.fired:
        if trigger.waived_by:
            yield {"trigger": trigger.id, "waived_by": trigger.waived_by}
    for step, planned in zip(steps, routed.plan.steps, strict=True):
        yield {
            "step": step["step"],
            "role": step["role"],
            "completion": step["completion"],
            "sla_hours": step["slaHours"],
            "asks": views.planned(planned.staffing),
            "because": [reason["trigger"] for reason in step["reasons"]],
            **insight.span_of(told, step["step"]),
        }
    yield from insight.lines(told)
