"""
A directory file → who would join, move and leave; then the directory, if that is right.
"""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.documents import Document, parse
from approval_engine.errors import DefinitionError, Refused
from approval_engine.executor.commands.leave import NOBODY
from approval_engine.operations.joining import (
    Plan,
    administrators,
    planned,
    synchronise,
)
from approval_engine.web import context
from approval_engine.web.admin.area import done, office, page

blueprint = office("imports", "/directory/import")

LARGEST = 8 * 1024 * 1024
"""So many bytes of a directory are read; that is some forty thousand people."""


@blueprint.url_value_preprocessor
def take_more(_: str | None, __: dict[str, str] | None) -> None:
    """
    Read more of these requests than of others, before anything of them is read.
    """
    request.max_content_length = LARGEST
    request.max_form_memory_size = LARGEST


@blueprint.get("")
def start() -> Response:
    """
    The form that takes the file.
    """
    return _page()


@blueprint.post("")
def preview() -> AnyResponse:
    """
    What the file would change. Nothing is stored.
    """
    try:
        document = _uploaded()
        plan = planned(context.runtime(), document)
    except DefinitionError as error:
        return _page(problems=error)
    except Refused as refusal:
        return _page(refusal)
    return _page(plan=plan, text=_body().decode())


@blueprint.post("/apply")
def apply() -> AnyResponse:
    """
    Make the file the directory, and ask others for what leavers left open.
    """
    caller = context.asker().caller(request.form.get("key"))
    seen = request.form.get("seen", "")
    try:
        joined = synchronise(context.runtime(), _uploaded(), seen, caller)
    except DefinitionError as error:
        return _page(problems=error)
    except Refused as refusal:
        return _page(refusal)
    lost = [each for each in joined.handed if each.way == NOBODY]
    sentence = _told(joined.users, joined.roles, len(joined.handed), len(lost))
    return done(sentence, "seats.seats" if lost else "directory.directory")


def _told(users: int, roles: int, tasks: int, lost: int) -> str:
    sentence = f"The directory has {users} people and {roles} roles."
    if not tasks:
        return sentence
    handed = tasks - lost
    sentence += f" {handed} {'task' if handed == 1 else 'tasks'} of leavers"
    sentence += " was handed on" if handed == 1 else " were handed on"
    return sentence + (f", {lost} without anybody to take over." if lost else ".")


def _body() -> bytes:
    """
    What the file holds, or what was typed instead of one.
    """
    file = request.files.get("file")
    if file and file.filename:
        file.seek(0)
        body: bytes = file.read()
        return body
    return request.form.get("text", "").encode()


def _uploaded() -> Document:
    return parse(_body(), "directory")


def _page(
    refusal: Refused | None = None,
    *,
    plan: Plan | None = None,
    text: str = "",
    problems: DefinitionError | None = None,
) -> Response:
    me = context.asker().user.id
    found = problems.problems if problems else ()
    made = page(
        "import.html",
        refusal,
        plan=plan,
        text=text,
        problems=found,
        admins=administrators(plan.after) if plan else (),
        stays=plan is not None and me in administrators(plan.after),
    )
    if problems:
        made.status_code = 422
    return made
