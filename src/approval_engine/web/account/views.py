"""
`/account`: my log-ins, my password and my API tokens.
"""

from datetime import timedelta

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.accounts import identities, passwords, sessions, tokens
from approval_engine.accounts.tokens import Scope
from approval_engine.errors import (
    InvalidInput,
    Refused,
    Unauthenticated,
)
from approval_engine.web import context
from approval_engine.web.account.agents import browser_of
from approval_engine.web.errors import status_of
from approval_engine.web.session import cookie, place

LASTS_DAYS = (7, 30, 90, 365)
"""How long a token may be good for that somebody makes for himself."""

SCOPES = {
    Scope.READ: "see what you see",
    Scope.ACT: "decide and handle your tasks",
    Scope.SUBMIT: "store, submit and recall your quotes",
    Scope.ADMIN: "use the rights of your office",
}
"""What each scope lets a program do in the name of its owner."""

_FRESH = "approval_engine.fresh"

blueprint = Blueprint("account", __name__)


def install(app: Flask, fresh: timedelta) -> None:
    """
    Serve the page; tokens are made by people who logged in within that time.
    """
    app.extensions[_FRESH] = fresh
    app.register_blueprint(blueprint)


@blueprint.get("/account")
def account() -> Response:
    """
    All of it on one page.
    """
    return _page()


@blueprint.post("/account/password")
def change_password() -> AnyResponse:
    """
    Another password, for whoever knows the old one; other log-ins end.
    """
    runtime, user = context.runtime(), context.asker().user
    new = request.form.get("new", "")
    try:
        if new != request.form.get("repeated", ""):
            sentence = "The new password was typed in two ways; type it twice alike."
            raise InvalidInput(sentence)
        _must_know(request.form.get("old", ""))
        passwords.set_password(runtime, user.id, new, besides=cookie())
    except Refused as refusal:
        return _page(refusal)
    flash("You have a new password; you are logged out everywhere else.")
    return _back()


@blueprint.post("/account/sessions/<session_id>/end")
def end_session(session_id: str) -> AnyResponse:
    """
    Log out one browser.
    """
    try:
        sessions.end(context.runtime(), context.asker().user.id, session_id)
    except Refused as refusal:
        return _page(refusal)
    flash("That browser is logged out.")
    return _back()


@blueprint.post("/account/sessions/end")
def end_other_sessions() -> AnyResponse:
    """
    Log out every browser but this one.
    """
    sessions.end_others(context.runtime(), context.asker().user.id, cookie())
    flash("You are logged out everywhere else.")
    return _back()


@blueprint.post("/account/tokens")
def create_token() -> AnyResponse:
    """
    A new token, whose secret is shown on the page that answers and never again.
    """
    runtime, user = context.runtime(), context.asker().user
    try:
        context.must_be_fresh(current_app.extensions[_FRESH])
        ends = runtime.clock() + timedelta(days=_days())
        made, secret = tokens.create(
            runtime, user.id, request.form.getlist("scope"), ends
        )
    except Refused as refusal:
        return _page(refusal)
    return _page(made=(made.id, secret))


@blueprint.post("/account/tokens/<token_id>/revoke")
def revoke_token(token_id: str) -> AnyResponse:
    """
    End a token now.
    """
    try:
        tokens.revoke(context.runtime(), token_id, context.asker().user.id)
    except Refused as refusal:
        return _page(refusal)
    flash(f"Token {token_id} opens nothing any more.")
    return _back()


def _must_know(password: str) -> None:
    user = context.asker().user.id
    try:
        passwords.check(context.runtime(), user, password, place().address)
    except Unauthenticated:
        sentence = "The old password is not right; nothing was changed."
        raise InvalidInput(sentence) from None


def _days() -> int:
    word = request.form.get("days", "")
    if word not in set(map(str, LASTS_DAYS)):
        sentence = f"Choose how long it lasts: {', '.join(map(str, LASTS_DAYS))} days."
        raise InvalidInput(sentence)
    return int(word)


def _back() -> AnyResponse:
    return redirect(url_for("account.account"), 303)


def _page(
    refusal: Refused | None = None, made: tuple[str, str] | None = None
) -> Response:
    runtime, user = context.runtime(), context.asker().user
    now = runtime.clock()
    page = render_template(
        "account/account.html",
        browser_of=browser_of,
        sessions=sessions.listed(runtime, user),
        this=g.session.id,
        tokens=[
            t for t in tokens.listed(runtime, user.id) if not tokens.is_over(t, now)
        ],
        links=identities.listed(runtime, user.id),
        by_password=passwords.has_password(runtime, user.id),
        scopes=SCOPES,
        days=LASTS_DAYS,
        made=made,
        refusal=str(refusal) if refusal else "",
    )
    status = 201 if made else 200
    return make_response(page, status_of(refusal)[0] if refusal else status)
