"""
The weeks of a report → the chart that shows them.
"""

from collections.abc import Sequence

from approval_engine.analytics.work.measures import Week
from approval_engine.web.charts import Chart, Point

_DAY_H = 24


def trend_of(weeks: Sequence[Week]) -> Chart:
    """
    How long reviews took from week to week: the middle one, and eight in ten around it.
    """
    points = [
        Point(
            label=f"{each.first_on.day} {each.first_on:%b}",
            value=_days(each.median),
            low=_days(each.low),
            high=_days(each.high),
        )
        for each in weeks
    ]
    known = [each for each in points if each.value is not None]
    last = known[-1] if known else None
    told = (
        f" In the week of {last.label} the middle one took {last.value:.1f} days."
        if last
        else ""
    )
    return Chart(
        id="cycle",
        title="Days from submit to the end, by the week of the submit",
        says=f"The line is the middle one, the band holds eight in ten.{told}",
        unit=" d",
        points=points,
    )


def _days(hours: float | None) -> float | None:
    return None if hours is None else hours / _DAY_H
