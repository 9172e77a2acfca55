"""
What all pages of the administration share: the guard before them, and how they answer.
"""

import logging
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.rights import Right
from approval_engine.errors import Refused
from approval_engine.web import context
from approval_engine.web.errors import status_of
from approval_engine.web.session import SAFE

LIMIT = 100
"""So many rows stand on one page of a list."""

_LOG = logging.getLogger(__name__)


def office(name: str, path: str) -> Blueprint:
    """
    A blueprint that auditors and admins may read, and admins act in: all of it.
    """
    blueprint = Blueprint(name, __name__, url_prefix=f"/admin{path}")
    blueprint.before_request(_guard)
    return blueprint


def page(template: str, refusal: Refused | None = None, **values: object) -> Response:
    """
    A page, or the same page with the refusal, its status, and what was typed.
    """
    text = render_template(
        f"admin/{template}",
        refusal=str(refusal) if refusal else "",
        typed=request.form if refusal else {},
        may_act=Right.ADMINISTER in context.rights(),
        **values,
    )
    return make_response(text, status_of(refusal)[0] if refusal else 200)


def done(sentence: str, endpoint: str, **values: str) -> AnyResponse:
    """
    Say what was done and lead on; the log keeps who did it.
    """
    _LOG.info("action=%s by=%s", request.endpoint, context.asker().user.id)
    flash(sentence)
    kept: dict[str, Any] = {**values}
    return redirect(url_for(endpoint, **kept), 303)


def must_be_fresh() -> None:
    """
    Raises StepUpRequired unless the admin has just shown who he is.

    For whatever gives somebody a way in: a screen left alone must not hand one out.
    """
    context.must_be_fresh(context.settings().step_up_within)


def cursor() -> tuple[str, str] | None:
    """
    Where the page before ended: an instant and an id, or None on the first page.
    """
    at, comma, name = request.args.get("after", "").partition(",")
    return (at, name) if comma else None


def next_page(*place: str) -> str:
    """
    The address of the page that goes on behind that place, with the same filters.
    """
    path: dict[str, Any] = {**(request.view_args or {})}
    # What came in the address must not name what the maker of addresses takes itself.
    query = urlencode({**request.args, "after": ",".join(place)})
    return f"{url_for(request.endpoint or '', **path)}?{query}"


def _guard() -> None:
    context.demand(Right.SEE_OFFICE if request.method in SAFE else Right.ADMINISTER)
