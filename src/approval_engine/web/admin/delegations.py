"""
Everybody's delegation windows: now, coming and past; added and ended by an admin.
"""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.errors import Refused
from approval_engine.operations.intake import end_delegation
from approval_engine.web import context
from approval_engine.web.admin import windows
from approval_engine.web.admin.area import LIMIT, done, office, page

blueprint = office("delegations", "/delegations")


@blueprint.get("")
def delegations() -> Response:
    """
    The windows of one state and perhaps one person; and what a new one would move.
    """
    return _page()


@blueprint.post("")
def add() -> AnyResponse:
    """
    Open a window for somebody.
    """
    try:
        new = windows.add(windows.draft(request.form))
    except Refused as refusal:
        return _page(refusal)
    sentence = f"{new.id} is open: {new.delegate} stands in for {new.principal}."
    return done(sentence, "delegations.delegations")


@blueprint.post("/<delegation_id>/end")
def end(delegation_id: str) -> AnyResponse:
    """
    End a window now.
    """
    try:
        end_delegation(context.runtime(), delegation_id)
    except Refused as refusal:
        return _page(refusal)
    sentence = f"{delegation_id} has ended; what was not taken up goes back."
    return done(sentence, "delegations.delegations")


def _page(refusal: Refused | None = None) -> Response:
    person = request.args.get("person", "").strip()
    state = windows.state()
    found = windows.listed(person, state)
    look = windows.look(request.form if refusal else request.args)
    return page(
        "delegations.html",
        refusal or look.refusal,
        rows=found[:LIMIT],
        full=len(found) > LIMIT,
        person=person,
        state=state,
        states=windows.STATES,
        look=look,
        choices=windows.choices(),
    )
