"""
`/api/openapi.json` and `/api/docs`: the same document for programs and for people.
"""

from functools import cache

from flask import Blueprint, Response, current_app, render_template, request

from approval_engine.documents import in_order
from approval_engine.web.api import pages, spec
from approval_engine.web.api.describe import Json
from approval_engine.web.api.groups import GROUPS
from approval_engine.web.session import recognise

blueprint = Blueprint("api_reference", __name__, url_prefix="/api")


@blueprint.get("/openapi.json")
def document() -> Response:
    """
    The interface as OpenAPI 3.1; a client that has it asks with its ETag.
    """
    response = Response(in_order(_spec(_cookie())), mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value] # it gives itself back


@blueprint.get("/docs")
def page() -> str:
    """
    The same for people.
    """
    recognise()
    return render_template("api/docs.html", guide=pages.guide(_spec(_cookie())))


def _cookie() -> str:
    return str(current_app.config["SESSION_COOKIE_NAME"])


@cache
def _spec(cookie: str) -> Json:
    return spec.document(GROUPS, cookie)
