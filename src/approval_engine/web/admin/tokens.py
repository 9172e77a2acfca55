"""
API tokens: whose they are and what for; made with a secret that is shown once.
"""

from datetime import datetime

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.accounts import tokens as commands
from approval_engine.accounts.tokens import Scope
from approval_engine.errors import Refused
from approval_engine.store import api_tokens
from approval_engine.web import context
from approval_engine.web.admin.area import (
    LIMIT,
    cursor,
    done,
    must_be_fresh,
    next_page,
    office,
    page,
)
from approval_engine.web.clock import local_day

blueprint = office("tokens", "/tokens")

MEANINGS = {
    Scope.READ: "see what the owner sees",
    Scope.ACT: "decide and handle his tasks",
    Scope.SUBMIT: "store, submit and recall his quotes",
    Scope.ADMIN: "use the rights of his office",
}
"""What each scope lets a program do."""


@blueprint.get("")
def tokens() -> Response:
    """
    The tokens, newest first, of one person or of all.
    """
    return _page()


@blueprint.post("")
def create() -> AnyResponse:
    """
    Make a token and show its secret, on this answer and never again.
    """
    form = request.form
    must_be_fresh()
    try:
        expires = _expires(form.get("expires", ""))
        made, secret = commands.create(
            context.runtime(),
            form.get("user", "").strip(),
            form.getlist("scope"),
            expires,
        )
    except Refused as refusal:
        return _page(refusal)
    return page("token.html", made=made, secret=secret, expires=expires)


@blueprint.post("/<token_id>/revoke")
def revoke(token_id: str) -> AnyResponse:
    """
    Let a token open nothing from now on.
    """
    user = commands.revoke(context.runtime(), token_id)
    sentence = f"Token {token_id} of {user} opens nothing any more."
    return done(sentence, "tokens.tokens")


def _expires(text: str) -> datetime | None:
    """
    The end of a day in the zone of whoever asks; None for never.
    """
    if not text:
        return None
    zone = context.asker().user.time_zone
    return local_day(text, zone)


def _page(refusal: Refused | None = None) -> Response:
    owner = request.args.get("user", "").strip() or None
    with context.runtime().database.read() as transaction:
        found = api_tokens.listed(transaction, owner, cursor(), LIMIT + 1)
        people = context.directory(transaction).users.values()
    rows, more = found[:LIMIT], ""
    if len(found) > LIMIT:
        more = next_page(rows[-1].created_at, rows[-1].id)
    return page(
        "tokens.html",
        refusal,
        rows=rows,
        more=more,
        owner=owner or "",
        people=[each for each in people if each.active],
        meanings=MEANINGS,
    )
