"""
The pages of the reports, for who sees everything; what they count is counted below.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from flask import Blueprint, render_template, request
from flask.blueprints import BlueprintSetupState

from approval_engine.analytics.forecast.judged import Judged, Said
from approval_engine.domain.rights import Right
from approval_engine.web import charts, context, forecasts
from approval_engine.web.charts import Chart, Point

blueprint = Blueprint("reports", __name__)

OUTCOMES: Mapping[str, str] = {
    "early": "approved earlier",
    "late": "approved later",
    "open": "open after it",
}
"""What became of those that did not hold."""

_SIGNS = {
    "held": ("✓", "Held"),
    "early": ("«", "Earlier"),
    "late": ("»", "Later"),
    "open": ("◷", "Still open"),
}
_GROUP = 20


@blueprint.record_once
def _words(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(sees_reports=sees_reports, pct=pct)


def sees_reports() -> bool:
    """
    Whether the person who asks finds the reports.
    """
    return Right.SEE_EVERYTHING in context.rights()


def pct(part: float, whole: float) -> str:
    """
    A part in a hundred of the whole, for reading: `79.5 %`.
    """
    return f"{100 * part / whole:.1f} %" if whole else "–"


@blueprint.get("/reports/forecast")
@context.lately
def forecast() -> str:
    """
    How often the last forecasts held, and each of them beside what came.
    """
    context.demand(Right.SEE_EVERYTHING)
    found = forecasts.judged()
    outcome = request.args.get("outcome", "")
    wanted = outcome if outcome in OUTCOMES else ""
    chart = _held(found)
    return render_template(
        "reports/forecast.html",
        found=found,
        counts=Counter(each.outcome for each in found.said),
        outcomes=tuple(OUTCOMES.items()),
        signs=_SIGNS,
        outcome=wanted,
        shown=[each for each in found.said if wanted in {"", each.outcome}],
        chart=charts.bars(chart),
        says=chart.says,
    )


def _held(found: Judged) -> Chart:
    """
    The share that held among every twenty reviews, the oldest first.
    """
    old_first = found.said[::-1]
    groups = [old_first[n : n + _GROUP] for n in range(0, len(old_first), _GROUP)]
    points = [Point(label=_day(group), value=_share(group)) for group in groups]
    told = "; ".join(f"from {p.label} on {p.value:.0f} %" for p in points)
    return Chart(
        id="held",
        title=f"Share of forecasts that held, by {_GROUP} reviews",
        says=f"Claimed, by the dashed line, are {found.claimed_pct} %. Held: {told}.",
        unit=" %",
        points=points,
        line=found.claimed_pct,
        top=100,
    )


def _share(group: Sequence[Said]) -> float:
    return 100 * sum(each.held for each in group) / len(group)


def _day(group: Sequence[Said]) -> str:
    at = group[0].submitted_at
    return f"{at.day} {at:%b}"
