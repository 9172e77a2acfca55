"""
Away? Everybody's own delegation windows: who stands in for me, and for whom I do.
"""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.errors import NotFound, Refused
from approval_engine.operations.intake import end_delegation
from approval_engine.web import context
from approval_engine.web.admin import windows
from approval_engine.web.admin.area import LIMIT, done, page

blueprint = Blueprint("away", __name__, url_prefix="/delegations")


@blueprint.get("")
def mine() -> Response:
    """
    My windows, and what a new one would move.
    """
    return _page()


@blueprint.post("")
def add() -> AnyResponse:
    """
    Let somebody stand in for me.
    """
    try:
        me = context.asker().user.id
        new = windows.add(windows.draft(request.form, principal=me))
    except Refused as refusal:
        return _page(refusal)
    sentence = f"{new.delegate} stands in for you; what is open moves in a moment."
    return done(sentence, "away.mine")


@blueprint.post("/<delegation_id>/end")
def end(delegation_id: str) -> AnyResponse:
    """
    End a window in which somebody stands in for me.
    """
    me = context.asker().user.id
    if delegation_id not in {w.id for w, _ in windows.listed(me, "all", own=True)}:
        sentence = f"There is no delegation '{delegation_id}' of yours."
        raise NotFound(sentence)
    try:
        end_delegation(context.runtime(), delegation_id)
    except Refused as refusal:
        return _page(refusal)
    sentence = "You are back; what your stand-in has not taken up comes back to you."
    return done(sentence, "away.mine")


def _page(refusal: Refused | None = None) -> Response:
    me = context.asker().user.id
    found = windows.listed(me, "all")
    look = windows.look(request.form if refusal else request.args, principal=me)
    return page(
        "away.html",
        refusal or look.refusal,
        rows=found[:LIMIT],
        full=len(found) > LIMIT,
        look=look,
        choices=windows.choices(me),
    )
