"""
A file of an analyst → all that is wrong with it, or what deploying it does; then that.

A check stores nothing: the file goes back to the browser with the page and comes again
with the button that deploys it, byte for byte.
"""

from dataclasses import replace

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
from approval_engine.errors import Conflict, DefinitionError, InvalidInput, Refused
from approval_engine.operations import repository
from approval_engine.operations.deployment import Deployment
from approval_engine.web import context
from approval_engine.web.processes.files import File, brought, uploaded
from approval_engine.web.processes.verdict import Verdict, effect, judged

blueprint = Blueprint("process_upload", __name__)


@blueprint.get("/processes/upload")
def form() -> Response:
    """
    The form that a file is chosen in.
    """
    context.demand(Right.DEPLOY)
    return _page()


@blueprint.post("/processes/upload")
def check() -> Response:
    """
    Everything that is wrong with a file, beside its drawing; nothing is stored.
    """
    context.demand(Right.DEPLOY)
    try:
        file = uploaded()
    except InvalidInput as refusal:
        return _page(verdict=Verdict(refusal=refusal))
    return _page(file, judged(file))


@blueprint.post("/processes/deploy")
def deploy() -> AnyResponse:
    """
    Make the file of the page the newest version; the page again if it is refused.
    """
    asker = context.demand(Right.DEPLOY)
    try:
        file = brought()
    except InvalidInput as refusal:
        return _page(verdict=Verdict(refusal=refusal))
    runtime, shown = context.runtime(), request.form.getlist("shown")
    try:
        done = repository.deploy(runtime, file.body, file.name, asker.user.id, shown)
    except DefinitionError as error:
        return _page(file, Verdict(problems=error.problems))
    except Conflict as refusal:
        return _page(file, replace(judged(file), refusal=refusal))
    except Refused as refusal:
        return _page(file, Verdict(refusal=refusal))
    for each in done:
        flash(_told(each))
    version = done[0].version
    return redirect(
        url_for("processes.version", process=version.name, number=version.version), 303
    )


def _told(done: Deployment) -> str:
    version = done.version
    name = f"{version.name} version {version.version}"
    if not done.is_new:
        return f"This very file is deployed already as {name}; nothing has changed."
    return f"{name} is deployed. {effect(done)}"


def _page(file: File | None = None, verdict: Verdict | None = None) -> Response:
    refusal = verdict.refusal if verdict else None
    text = render_template(
        "processes/upload.html",
        file=file,
        verdict=verdict,
        effect=effect,
        refusal=str(refusal) if refusal else "",
        may_play=Right.SEE_EVERYTHING in context.rights(),
        quote=request.form.get("quote", ""),
    )
    return make_response(text, verdict.status if verdict else 200)
