"""
What it takes to serve the interface: its operations, and the pages that describe them.
"""

from flask import Flask, Response

from approval_engine.web.api import reference
from approval_engine.web.api.groups import GROUPS
from approval_engine.web.api.refusals import Problem
from approval_engine.web.errors import problem


def install(app: Flask) -> None:
    """
    Serve every operation and the two forms of the documentation.
    """
    app.register_error_handler(Problem, _told)
    for group in GROUPS:
        app.register_blueprint(group.blueprint)
    app.register_blueprint(reference.blueprint)


def _told(error: Problem) -> Response:
    refusal = error.refusal
    return problem(refusal.status, refusal.code, str(error), error.more)
