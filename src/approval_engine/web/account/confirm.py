"""
A form whose sender must show again who he is → a page that asks, then that form.

What was typed travels along, so that nothing has to be typed twice.
"""

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.accounts import passwords, sessions
from approval_engine.errors import StepUpRequired, TooManyAttempts, Unauthenticated
from approval_engine.web import context, errors
from approval_engine.web.session import is_api, own_path, place, renew

# Names that no other form uses: they are sent on with the rest of it.
_PASSWORD, _TARGET = "_password", "_target"
_OWN = frozenset({_PASSWORD, _TARGET, "csrf_token"})

blueprint = Blueprint("confirm", __name__)


def install(app: Flask) -> None:
    """
    Ask wherever a view or a command says that a log-in is too old.
    """
    app.register_error_handler(StepUpRequired, asked)
    app.register_blueprint(blueprint)


def asked(error: StepUpRequired) -> AnyResponse:
    """
    The page that asks; a program is told in its own way.
    """
    if is_api():
        return errors.refused(error)
    return _page(str(error), request.path)


@blueprint.post("/confirm")
def confirm() -> AnyResponse:
    """
    Begin a fresh session of the same person and send the form to where it was going.
    """
    target = own_path(request.form.get(_TARGET, "/"))
    user = context.asker().user
    try:
        token = sessions.log_in(
            context.runtime(), user.id, request.form.get(_PASSWORD, ""), place()
        )
    except TooManyAttempts as refusal:
        page = _page(str(refusal), target, status=429)
        page.headers["Retry-After"] = str(refusal.retry_after_s)
        return page
    except Unauthenticated:
        return _page("This is not your password; nothing was recorded.", target)
    renew(token)
    # 307 makes the browser send the very same form again.
    return redirect(target, 307)


def _page(sentence: str, target: str, status: int = 401) -> AnyResponse:
    kept = request.form.items(multi=True)
    page = render_template(
        "account/confirm.html",
        sentence=sentence,
        target=target,
        kept=[(name, text) for name, text in kept if name not in _OWN],
        by_password=passwords.has_password(context.runtime(), context.asker().user.id),
        by_sso="sso" in current_app.extensions,
        method=g.session.method,
        files=bool(request.files),
    )
    return make_response(page, status)
