"""
Is the process alive, and can it serve: for load balancers, which see nothing else.
"""

from flask import Blueprint, Response

from approval_engine.errors import StorageError
from approval_engine.store.upgrade import require_newest
from approval_engine.web import context

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """
    Yes, as long as the process answers at all.
    """
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """
    Yes if the database answers and has the schema of this program, else 503.
    """
    try:
        require_newest(context.runtime().database)
    except StorageError:
        return Response("the database is not ready\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
