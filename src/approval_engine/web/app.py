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
    context,
    errors,
    headers,
    health,
    inbox,
    limits,
    mail,
    presentation,
    quotes,
    session,
    sso,
    workflows,
)
from approval_engine.web.account import confirm
from approval_engine.web.account import views as account
from approval_engine.web.api import tasks as api_tasks
from approval_engine.web.api import workflows as api_workflows

SHORTEST_SECRET = 16
_STATIC_S = 365 * 24 * 3600


def create_app(settings: Settings, runtime: Runtime) -> Flask:
    """
    The application over this database. Raises InvalidInput without a secret key.
    """
    https = (settings.base_url or "").startswith("https:")
    app = Flask(__name__, template_folder=str(packaged("templates")))
    app.config.update(
        SECRET_KEY=_secret(settings),
        MAX_CONTENT_LENGTH=context.LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=context.LARGEST_BODY,
        # The address of a static file changes with its content.
        SEND_FILE_MAX_AGE_DEFAULT=_STATIC_S,
    )
    context.attach(app, replace(runtime, step_up=step_up_of(settings)))
    headers.install(app, https=https)
    errors.install(app)
    limits.install(app, settings.writes_per_minute)
    session.install(app, https=https)
    sso.install(app, provider_of(settings), settings.step_up_within)
    confirm.install(app)
    account.install(app, settings.step_up_within)
    presentation.install(app)
    _believe(app, settings.trusted_proxies or 0)
    for module in (health, inbox, mail, workflows, quotes, api_workflows, api_tasks):
        app.register_blueprint(module.blueprint)
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
