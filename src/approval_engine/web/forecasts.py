"""
What a page shows of a review or a quote → when it will be approved.

One memory of past reviews serves all pages of the application.
"""

from flask import Flask, current_app

from approval_engine.analytics.forecast.asking import Forecasts
from approval_engine.analytics.forecast.judged import Judged
from approval_engine.analytics.forecast.spans import PCT, Forecast
from approval_engine.analytics.forecast.views import View, forecast_view
from approval_engine.errors import ApprovalEngineError
from approval_engine.executor.commands.foresee import Foreseen
from approval_engine.executor.routed import Routed
from approval_engine.executor.runtime import Runtime
from approval_engine.history.reading import Case
from approval_engine.operations import forecasts
from approval_engine.web import context

_KEY = "approval_engine.forecasts"


def install(app: Flask, runtime: Runtime) -> None:
    """
    Give the application its memory of past reviews.
    """
    app.extensions[_KEY] = Forecasts(runtime.database)
    app.jinja_env.globals["forecast_pct"] = PCT


def of_case(case: Case) -> Forecast | None:
    """
    When a review will be approved; None if it has ended.
    """
    runtime = context.runtime()
    try:
        return forecasts.of_workflow(runtime, _kept(), case.workflow, case.plan)
    except ApprovalEngineError as error:
        # Whatever cannot be counted hides no page.
        return Forecast(answers=0, lacks=str(error))


def of_routed(routed: Routed, foreseen: Foreseen | None = None) -> Forecast | None:
    """
    When a quote would be approved that is submitted now; None if it would ask nobody.
    """
    runtime = context.runtime()
    try:
        return forecasts.of_preview(runtime, _kept(), routed, foreseen)
    except ApprovalEngineError as error:
        return Forecast(answers=0, lacks=str(error))


def judged() -> Judged:
    """
    How often the last forecasts held; that takes a second, so it is kept some minutes.
    """
    runtime = context.runtime()
    return _kept().kept(runtime.clock(), "judged", lambda: forecasts.judged(runtime))


def told(found: Forecast | None) -> View:
    """
    The field `forecast` of what programs read, if there is something to be said.
    """
    return {"forecast": forecast_view(found)} if found else {}


def _kept() -> Forecasts:
    found: Forecasts = current_app.extensions[_KEY]
    return found
