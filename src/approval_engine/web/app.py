"""
Settings and a runtime → the Flask application that serves people and programs.

Everything it is made of stands here; nothing exists before it is called.
"""

from flask import Flask

from approval_engine.config import Settings, packaged
from approval_engine.errors import InvalidInput
from approval_engine.executor.runtime import Runtime
from approval_engine.web import (
    admin,
    context,
    errors,
    headers,
    health,
    inbox,
    mail,
    plain,
    presentation,
    quotes,
    session,
    workflows,
)
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
    context.attach(app, runtime)
    context.keep_settings(app, settings)
    headers.install(app, https=https)
    errors.install(app)
    session.install(app, https=https)
    plain.install(app)
    presentation.install(app)
    for module in (health, inbox, mail, workflows, quotes, api_workflows, api_tasks):
        app.register_blueprint(module.blueprint)
    for blueprint in admin.BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _secret(settings: Settings) -> str:
    # Whoever knows the key can forge log-ins: there is no default that would do.
    if len(settings.secret_key or "") < SHORTEST_SECRET:
        sentence = (
            f"Expected CPQ_SECRET_KEY to be {SHORTEST_SECRET} characters or more that"
            " nobody can guess, but it is not."
        )
        raise InvalidInput(sentence)
    return settings.secret_key or ""
