"""
Settings and a runtime → the Flask application that serves people and programs.

Everything it is made of stands here; nothing exists before it is called.
"""

from dataclasses import replace

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from approval_engine.accounts.providers import provider_of
from approval_engine.config import Settings, packaged
from approval_engine.config.guessing import is_here, is_monotonous, is_placeholder
from approval_engine.errors import InvalidInput
from approval_engine.executor.runtime import Runtime, step_up_of
from approval_engine.web import (
    areas,
    context,
    errors,
    forecasts,
    headers,
    limits,
    metrics,
    packets,
    plain,
    presentation,
    session,
    sizes,
    sso,
    traffic,
    turnstile,
)
from approval_engine.web.account import confirm
from approval_engine.web.account import views as account
from approval_engine.web.api import routes as api_routes

SHORTEST_SECRET = 16


def create_app(settings: Settings, runtime: Runtime) -> Flask:
    """
    The application over this database.

    Raises InvalidInput without a secret key that is one, with an evidence key that does
    not do, or while Flask debugs.
    """
    https = (settings.base_url or "").startswith("https:")
    app = Flask(__name__, template_folder=str(packaged("templates")))
    _require_no_debugging(app)
    app.config.update(
        SECRET_KEY=_secret(settings),
        MAX_CONTENT_LENGTH=context.LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=context.LARGEST_BODY,
    )
    runtime = replace(runtime, step_up=step_up_of(settings))
    context.attach(app, runtime)
    context.keep_settings(app, settings)
    counters = metrics.install(app, settings.metrics_token)
    # Whatever is installed later stands before it.
    turnstile.install(app, counters, https=https)
    traffic.install(app, runtime, counters)
    headers.install(app, https=https)
    errors.install(app)
    limits.install(app, settings.writes_per_minute)
    sizes.install(app)
    session.install(app, https=https)
    sso.install(app, provider_of(settings), settings.step_up_within)
    packets.install(app, settings.evidence_key)
    confirm.install(app)
    account.install(app, settings.step_up_within)
    plain.install(app)
    presentation.install(app)
    forecasts.install(app, runtime)
    _believe(app, settings.trusted_proxies or 0)
    for blueprint in areas.BLUEPRINTS:
        app.register_blueprint(blueprint)
    api_routes.install(app)
    return app


def _believe(app: Flask, count: int) -> None:
    """
    Take address and scheme of a request from so many servers in front, from no others.
    """
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign] # how Flask has it done


def _secret(settings: Settings) -> str:
    # Whoever knows the key can forge log-ins: there is no default that would do.
    key = settings.secret_key or ""
    wrong = "it is not" if len(key) < SHORTEST_SECRET else _guessed(key, settings)
    if wrong:
        sentence = (
            f"Expected CPQ_SECRET_KEY to be {SHORTEST_SECRET} characters or more that"
            f" nobody can guess, but {wrong}."
        )
        raise InvalidInput(sentence)
    return key


def _guessed(key: str, settings: Settings) -> str | None:
    if is_placeholder(key):
        return "it is made of words that stand in examples"
    if is_monotonous(key) and not is_here(settings.base_url):
        return "it is a few characters again and again"
    return None


def _require_no_debugging(app: Flask) -> None:
    # Flask reads a variable of its own; what breaks would then be shown to anybody.
    if app.debug:
        sentence = "Expected FLASK_DEBUG to be off, but it is on."
        raise InvalidInput(sentence)
