"""
Who is asking: the guard before every view, the log-in page and the way out.

A view is open to nobody unless it is named here: what is forgotten is closed.
"""

import secrets
from contextlib import suppress

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError, CSRFProtect  # type: ignore[import-untyped] # it ships no types
from werkzeug.exceptions import Forbidden as Forged
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.accounts import sessions, tokens
from approval_engine.accounts.sessions import Place, Session
from approval_engine.errors import TooManyAttempts, Unauthenticated
from approval_engine.executor.answer import Proof
from approval_engine.web import context, limits, sizes
from approval_engine.web.bearer import token_of
from approval_engine.web.context import Asker

OPEN = frozenset(
    {
        "static",
        "health.alive",
        "health.ready",
        "mail.arrive",
        "api_reference.document",
        "api_reference.page",
        # The metrics ask for a token by themselves, in words that a scraper reads.
        "metrics.metrics",
        "sso.begin",
        "sso.back",
        "sso.leave",
    }
)
"""The endpoints that anybody may ask for anything they answer."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/"
"""How the addresses for programs begin."""

_ENTRANCE = frozenset({"session.log_in", "session.enter"})
_COOKIE_KEY = "session"
_FROM_HERE = frozenset({"same-origin", "none"})

blueprint = Blueprint("session", __name__)


def install(app: Flask, *, https: bool) -> None:
    """
    Put the guard before every view, and the log-in page beside them.
    """
    app.config.update(
        # A `__Host-` cookie cannot be set by a neighbour; it needs https to exist.
        SESSION_COOKIE_NAME="__Host-cpq" if https else "cpq",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # The guard asks for the token itself, because programs with a token have none.
        WTF_CSRF_CHECK_DEFAULT=False,
        # A form is good for as long as the session that it was made in.
        WTF_CSRF_TIME_LIMIT=None,
    )
    CSRFProtect(app)
    app.before_request(guard)
    app.register_blueprint(blueprint)


def is_api() -> bool:
    """
    Whether a program asks and wants JSON, also for what does not exist.
    """
    return request.path.startswith(API)


def guard() -> None:
    """
    Find out who asks. Raises Unauthenticated; a forged form is refused too.
    """
    if request.endpoint is None or request.endpoint in OPEN:
        # What does not exist is answered alike to everybody.
        return
    header = request.headers.get("Authorization", "") if is_api() else ""
    if header:
        g.asker = _by_token(header)
    elif request.endpoint not in _ENTRANCE:
        g.session = _resume()
        g.asker = _asker(g.session)
    if request.method in SAFE:
        return
    if not header:
        _must_come_from_here()
    if request.endpoint not in _ENTRANCE:
        limits.write(_counted(g.asker), token_of(header))
    if not header:
        context.wrote()


def recognise() -> None:
    """
    On a page that is open to everybody, find out who looks at it, if anybody is known.
    """
    with suppress(Unauthenticated):
        g.session = _resume()
        g.asker = _asker(g.session)


@blueprint.get("/login")
def log_in() -> AnyResponse:
    """
    The log-in page, or the inbox for whoever is logged in.
    """
    try:
        _resume()
    except Unauthenticated:
        return log_in_page(200, target=request.args.get("next", "/"))
    return redirect(url_for("inbox.inbox"), 303)


@blueprint.post("/login")
def enter() -> AnyResponse:
    """
    Check name and password and begin a session that shares nothing with the one before.
    """
    target = own_path(request.form.get("next", "/"))
    user_id = request.form.get("user", "").strip()
    password = request.form.get("password", "")
    try:
        token = sessions.log_in(context.runtime(), user_id, password, place())
    except TooManyAttempts as refusal:
        page = log_in_page(429, str(refusal), target, failed=True)
        page.headers["Retry-After"] = str(refusal.retry_after_s)
        return page
    except Unauthenticated as refusal:
        return log_in_page(401, str(refusal), target, failed=True)
    admit(token)
    return redirect(target, 303)


def admit(token: str) -> None:
    """
    Give the browser a session that shares nothing with the one before.
    """
    _forget()
    session.clear()
    session[_COOKIE_KEY] = token


def renew(token: str) -> None:
    """
    Give the browser another session of the same person; forms that are open stay good.
    """
    _forget()
    session[_COOKIE_KEY] = token


def cookie() -> str:
    """
    The token of the session that asks; empty if there is none.
    """
    found = session.get(_COOKIE_KEY)
    return found if isinstance(found, str) else ""


def place() -> Place:
    """
    From where the request comes.
    """
    return Place(address=request.remote_addr or "", agent=request.user_agent.string)


@blueprint.post("/logout")
def log_out() -> AnyResponse:
    """
    End the session, here and in the database.
    """
    elsewhere = g.session.method == sessions.SINGLE_SIGN_ON
    _forget()
    session.clear()
    ended = sessions.SINGLE_SIGN_ON if elsewhere else None
    return redirect(url_for("session.log_in", ended=ended), 303)


def log_in_page(
    status: int, sentence: str = "", target: str = "/", *, failed: bool = False
) -> Response:
    """
    The log-in form; `target` is where it leads.
    """
    page = render_template(
        "login.html",
        sentence=sentence,
        target=own_path(target),
        failed=failed,
        sso=sessions.SINGLE_SIGN_ON in current_app.extensions,
        left=request.args.get("ended") == sessions.SINGLE_SIGN_ON,
    )
    return make_response(page, status)


def own_path(target: str) -> str:
    """
    The target if it is a path of this site, else the inbox.
    """
    # A browser reads two slashes or a backslash as the name of another host.
    foreign = (
        target[:1] != "/" or target[1:2] in {"/", "\\"} or not target.isprintable()
    )
    return "/" if foreign else target


def fresh_key() -> str:
    """
    The idempotency key of one rendering of a form: a double click is one request.
    """
    return secrets.token_urlsafe(16)


def _by_token(header: str) -> Asker:
    if not (shown := token_of(header)):
        sentence = "Expected 'Authorization: Bearer TOKEN'."
        raise Unauthenticated(sentence)
    runtime, here = context.runtime(), place()
    try:
        token = tokens.owner(runtime, shown)
    except Unauthenticated:
        limits.strange(here.address)
        raise
    with runtime.database.read() as transaction:
        user = context.directory(transaction).users[token.user]
    proof = Proof(
        method="token", credential=token.id, address=here.address, agent=here.agent
    )
    return Asker(user=user, channel=f"api:{token.id}", scopes=token.scopes, proof=proof)


def _asker(found: Session) -> Asker:
    here = place()
    proof = Proof(
        method=found.method,
        credential=found.id,
        proved_at=found.proved_at,
        address=here.address,
        agent=here.agent,
    )
    return Asker(user=found.user, channel="web", proof=proof, lent=found.lent)


def _counted(asker: Asker) -> str:
    """
    Whose changes are counted together: those of a token, or of a person.
    """
    return asker.channel if asker.channel != "web" else asker.user.id


def _resume() -> Session:
    if not (token := cookie()):
        sentence = "Log in to go on."
        raise Unauthenticated(sentence)
    return sessions.resume(context.runtime(), token)


def _forget() -> None:
    if token := cookie():
        sessions.log_out(context.runtime(), token)


def _must_come_from_here() -> None:
    # Browsers say where a request comes from; those that do not still need the token.
    if request.headers.get("Sec-Fetch-Site", "none") not in _FROM_HERE:
        sentence = "This form came from another site; nothing was changed."
        raise Forged(sentence)
    sizes.must_have_few_fields()
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError:
        sentence = "This form is too old or came from elsewhere; load the page again."
        raise Forged(sentence) from None
