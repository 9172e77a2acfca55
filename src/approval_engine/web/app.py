"""
Settings and a runtime → the Flask application that serves people and programs.

Everything it is made of stands here; nothing exists before it is called.
"""

from dataclasses import replace

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from approval_engine.accounts.providers import provider_of
from approval_engine.config import Settings, packaged
from approval_engine.errors import InvalidInput
from approval_engine.executor.runtime import Runtime, step_up_of
from approval_engine.web import (
    areas,
    context,
    errors,
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
)
from approval_engine.web.account import confirm
from approval_engine.web.account import views as account
from approval_engine.web.api import routes as api_routes

SHORTEST_SECRET = 16


def create_app(settings: Settings, runtime: Runtime) -> Flask:
    """
    The application over this database.

    Raises InvalidInput without a secret key, or with an evidence key that does not do.
    """
    https = (settings.base_url or "").startswith("https:")
    app = Flask(__name__, template_folder=str(packaged("templates")))
    app.config.update(
        SECRET_KEY=_secret(settings),
        MAX_CONTENT_LENGTH=context.LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=context.LARGEST_BODY,
    )
    runtime = replace(runtime, step_up=step_up_of(settings))
    context.attach(app, runtime)
    context.keep_settings(app, settings)
    traffic.install(app, runtime, metrics.install(app, settings.metrics_token))
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
    if len(settings.secret_key or "") < SHORTEST_SECRET:
        sentence = (
            f"Expected CPQ_SECRET_KEY to be {SHORTEST_SECRET} characters or more that"
            " nobody can guess, but it is not."
        )
        raise InvalidInput(sentence)
    return settings.secret_key or ""
