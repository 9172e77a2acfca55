"""
A file of an analyst → all that is wrong with it, or what deploying it does; then that.

A check stores nothing: the file goes back to the browser with the page and comes again
with the button that deploys it, byte for byte.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import PurePath

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
from approval_engine.errors import (
    DefinitionError,
    InvalidInput,
    NotFound,
    Problem,
    Refused,
)
from approval_engine.operations import repository
from approval_engine.operations.play import Line, play
from approval_engine.operations.repository import Deployment
from approval_engine.web import context
from approval_engine.web.errors import status_of
from approval_engine.web.processes.comparing import Row, between

blueprint = Blueprint("process_upload", __name__)

_LONGEST_NAME = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """
    What was uploaded, or came back with the page.
    """

    name: str
    body: bytes

    @property
    def content(self) -> str:
        """
        Its bytes as a form can carry them unchanged.
        """
        return b64encode(self.body).decode()

    @property
    def is_dmn(self) -> bool:
        """
        Whether it holds decisions.
        """
        return repository.is_dmn(self.body, self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    What a check found: problems, or what a deploy would do and what that changes.

    `played` is the way that a quote would take, `unplayed` why it takes none.
    """

    problems: tuple[Problem, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    changes: tuple[Row, ...] = ()
    played: tuple[Line, ...] = ()
    unplayed: str = ""
    refusal: Refused | None = None

    @property
    def status(self) -> int:
        """
        The HTTP status of its page.
        """
        if self.refusal is not None:
            return status_of(self.refusal)[0]
        return 422 if self.problems else 200


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
        file = _uploaded()
    except InvalidInput as refusal:
        return _page(verdict=Verdict(refusal=refusal))
    return _page(file, _judged(file))


@blueprint.post("/processes/deploy")
def deploy() -> AnyResponse:
    """
    Make the file of the page the newest version; the page again if it is refused.
    """
    asker = context.demand(Right.DEPLOY)
    try:
        file = _brought()
    except InvalidInput as refusal:
        return _page(verdict=Verdict(refusal=refusal))
    try:
        done = repository.deploy(context.runtime(), file.body, file.name, asker.user.id)
    except DefinitionError as error:
        return _page(file, Verdict(problems=error.problems))
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
    return f"{name} is deployed; the next quotes run on it."


def _uploaded() -> File:
    given = request.files.get("file")
    if given is None or not given.filename:
        sentence = "Choose a file first: a BPMN or a DMN file of Camunda Modeler."
        raise InvalidInput(sentence)
    # Browsers on Windows send names with backslashes.
    name = PurePath(given.filename.replace("\\", "/")).name
    plain = "".join(each for each in name if each.isprintable())
    return File(name=plain[-_LONGEST_NAME:] or "process.bpmn", body=given.read())


def _brought() -> File:
    try:
        body = b64decode(request.form.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        body = b""
    name = request.form.get("name", "")
    if not body or not name or not name.isprintable() or "/" in name:
        sentence = "The file did not come with the form; choose it and check it again."
        raise InvalidInput(sentence)
    return File(name=name[-_LONGEST_NAME:], body=body)


def _judged(file: File) -> Verdict:
    runtime, actor = context.runtime(), context.asker().user.id
    try:
        found = repository.rehearse(runtime, file.body, file.name, actor)
    except DefinitionError as error:
        return Verdict(problems=error.problems)
    except Refused as refusal:
        return Verdict(refusal=refusal)
    played, unplayed = _played(file)
    return Verdict(
        deployments=found,
        changes=_changes(file, found),
        played=played,
        unplayed=unplayed,
    )


def _changes(file: File, found: tuple[Deployment, ...]) -> tuple[Row, ...]:
    """
    What differs from the newest version, if there is one.
    """
    if file.is_dmn:
        return ()
    try:
        with context.runtime().database.read() as transaction:
            _, before = repository.find(transaction, found[0].version.name)
    except NotFound:
        return ()
    return between(before, file.body)


def _played(file: File) -> tuple[tuple[Line, ...], str]:
    quote_id = request.form.get("quote", "").strip()
    if not quote_id or file.is_dmn:
        return (), ""
    try:
        # Whom a quote asks is for those to see who see all quotes.
        context.demand(Right.SEE_EVERYTHING)
        return tuple(play(context.runtime(), file.body, file.name, quote_id)), ""
    except Refused as refusal:
        return (), str(refusal)
    except DefinitionError as error:
        return (), " ".join(problem.sentence for problem in error.problems)


def _page(file: File | None = None, verdict: Verdict | None = None) -> Response:
    refusal = verdict.refusal if verdict else None
    text = render_template(
        "processes/upload.html",
        file=file,
        verdict=verdict,
        refusal=str(refusal) if refusal else "",
        may_play=Right.SEE_EVERYTHING in context.rights(),
        quote=request.form.get("quote", ""),
    )
    return make_response(text, verdict.status if verdict else 200)
