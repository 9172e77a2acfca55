"""
A forecast as programs are told of it: `forecast` of a `WorkflowInstance`.
"""

from typing import Any

from approval_engine.analytics.forecast.spans import PCT, Forecast, Span
from approval_engine.domain.events import stamp

View = dict[str, Any]
"""A JSON object with camelCase names, times as RFC 3339 UTC."""


def forecast_view(found: Forecast) -> View:
    """
    A span and those of the steps, or under `lacks` why there is none.
    """
    view: View = {"probabilityPct": PCT, "answers": found.answers}
    if found.span is None:
        return view | {"lacks": found.lacks}
    steps = [{"step": step, **span_view(span)} for step, span in found.steps.items()]
    return view | span_view(found.span) | {"steps": steps}


def span_view(span: Span) -> View:
    """
    The instants of a span.
    """
    return {
        "earliestAt": stamp(span.first_at),
        "latestAt": stamp(span.last_at),
        "medianAt": stamp(span.median_at),
    }
