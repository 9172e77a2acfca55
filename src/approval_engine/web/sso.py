"""
Single sign-on: the way to the provider, the way back, and the way out over there.

It is reached by links, never by forms: no form of ours may lead to another site.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Flask,
    current_app,
    redirect,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.accounts import identities, sessions
from approval_engine.accounts.oidc import BACK, Pending, Provider
from approval_engine.errors import NotFound, TooManyAttempts, Unauthenticated
from approval_engine.web import context, limits
from approval_engine.web.session import (
    admit,
    cookie,
    log_in_page,
    own_path,
    place,
    renew,
)

EXTENSION = "sso"
_PENDING = "sso"

blueprint = Blueprint("sso", __name__)


def install(app: Flask, provider: Provider | None, fresh: timedelta) -> None:
    """
    Offer the log-in of that provider, if there is one.
    """
    if provider is not None:
        app.extensions[EXTENSION] = (provider, fresh)
    app.register_blueprint(blueprint)


@blueprint.get("/login/sso")
def begin() -> AnyResponse:
    """
    Lead to the provider; with `again` he is asked there who he is in any case.
    """
    provider, fresh = _offered()
    again = fresh if request.args.get("again") == "yes" else None
    target = own_path(request.args.get("next", "/"))

    def go() -> AnyResponse:
        url, pending = provider.begin(again)
        session[_PENDING] = {**_as_dict(pending), "target": target}
        return redirect(url, 303)

    return _or_log_in(go, target)


@blueprint.get(BACK)
def back() -> AnyResponse:
    """
    Check what the provider said and begin a session for the person who is meant.
    """
    provider, _ = _offered()
    # Whatever comes of it, the same answer is good for nothing a second time.
    kept: dict[str, Any] = session.pop(_PENDING, None) or {}
    target = own_path(kept.pop("target", "/"))

    def go() -> AnyResponse:
        if not kept:
            sentence = "This log-in was not begun in this browser; begin it again."
            raise Unauthenticated(sentence)
        runtime = context.runtime()
        found = provider.finish(Pending(**kept), request.args, runtime.clock())
        person = identities.person_of(runtime, found)
        same = _is_here(person)
        token = sessions.begin(
            runtime,
            person,
            place(),
            sessions.SINGLE_SIGN_ON,
            found.proved_at,
            lent=found.roles,
        )
        (renew if same else admit)(token)
        return redirect(target, 303)

    return _or_log_in(go, target)


@blueprint.get("/logout/sso")
def leave() -> AnyResponse:
    """
    Lead to where the log-in ends at the provider too.
    """
    provider, _ = _offered()

    def go() -> AnyResponse:
        after = provider.redirect_uri.removesuffix(BACK) + url_for("session.log_in")
        return redirect(provider.farewell(after) or url_for("session.log_in"), 303)

    return _or_log_in(go, "/")


def _offered() -> tuple[Provider, timedelta]:
    found: tuple[Provider, timedelta] | None = current_app.extensions.get(EXTENSION)
    if found is None:
        sentence = "There is no single sign-on here; log in with your password."
        raise NotFound(sentence)
    limits.strange(request.remote_addr or "")
    return found


def _or_log_in(go: Callable[[], AnyResponse], target: str) -> AnyResponse:
    try:
        return go()
    except TooManyAttempts:
        raise
    except Unauthenticated as refusal:
        return log_in_page(401, str(refusal), target, failed=True)


def _is_here(person: str) -> bool:
    """
    Whether the browser has a session of that person already.
    """
    try:
        found = sessions.resume(context.runtime(), cookie())
    except Unauthenticated:
        return False
    return found.user.id == person


def _as_dict(pending: Pending) -> dict[str, Any]:
    return {name: getattr(pending, name) for name in Pending.__slots__}
