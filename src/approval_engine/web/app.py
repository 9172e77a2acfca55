"""
Settings and a runtime → the Flask application that serves people and programs.

Everything it is made of stands here; nothing exists before it is called.
"""

from flask import Flask

from approval_engine.config import Settings, packaged
from approval_engine.errors import InvalidInput
from approval_engine.executor.runtime import Runtime
from approval_engine.web import (
    context,
    errors,
    headers,
    health,
    inbox,
    mail,
    presentation,
    quotes,
    session,
    sizes,
    workflows,
)
from approval_engine.web.api import tasks as api_tasks
from approval_engine.web.api import workflows as api_workflows
from approval_engine.web.processes import comparing, pages, upload
from approval_engine.web.workflow import acts as workflow_acts

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
        OVERRIDE_LIMIT=settings.override_limit,
    )
    context.attach(app, runtime)
    headers.install(app, https=https)
    errors.install(app)
    sizes.install(app)
    session.install(app, https=https)
    presentation.install(app)
    for module in (health, inbox, mail, workflows, quotes, api_workflows, api_tasks):
        app.register_blueprint(module.blueprint)
    for part in (workflow_acts, pages, comparing, upload):
        app.register_blueprint(part.blueprint)
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
