"""
The inbox and the task page: what waits for me, may this go through, and my answer.
"""

from collections.abc import Mapping
from contextlib import suppress
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

from approval_engine.domain.actions import DECISIONS, Action
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidInput, Refused
from approval_engine.executor.commands import act as commands
from approval_engine.executor.commands.act import Wish
from approval_engine.web import context, dossier, grounds, queue, words
from approval_engine.web.advice import for_submitter
from approval_engine.web.context import Asker
from approval_engine.web.dossier import Dossier
from approval_engine.web.errors import status_of

blueprint = Blueprint("inbox", __name__)

STAYS = frozenset(
    {
        Action.CLAIM,
        Action.COMMENT,
        Action.REQUEST_INFO,
        Action.PROVIDE_INFO,
        Action.ADD_APPROVER,
    }
)
"""After these the task is shown again; after the others the next one."""

FIELD = "field-"
"""What the names of the inputs begin with that are fields of a process."""

DONE: Mapping[Action, str] = {
    Action.APPROVE: "You approved {}.",
    Action.REJECT: "You rejected {}.",
    Action.RETURN: "You returned {} for changes.",
    Action.CLAIM: "You took {}.",
    Action.RELEASE: "You gave {} back.",
    Action.DELEGATE: "You handed {} over.",
    Action.COMMENT: "You commented on {}.",
    Action.REASSIGN: "You gave {} to somebody else.",
    Action.REQUEST_INFO: "You asked for information on {}.",
    Action.PROVIDE_INFO: "You answered on {}.",
    Action.ADD_APPROVER: "You added an approver to {}.",
}
"""What is said after an action that was taken."""


@blueprint.get("/")
def inbox() -> str:
    """
    The tasks that wait for me, and those that wait for one of my roles.
    """
    rows = queue.waiting()
    questions, told = queue.beside()
    return render_template(
        "inbox.html",
        questions=questions,
        told=told,
        mine=[row for row in rows if row.task.assignee],
        pools=[row for row in rows if not row.task.assignee],
        full=len(rows) >= queue.LIMIT,
    )


@blueprint.get("/tasks/<task_id>")
def task(task_id: str) -> Response:
    """
    What is asked, why me, what happens if I do nothing, and the ways to answer.
    """
    return _page(task_id)


@blueprint.post("/tasks/<task_id>")
def act(task_id: str) -> AnyResponse:
    """
    Carry out what a form asks; then the next task, or this one with the reason why not.
    """
    asker = context.asker()
    found, task = dossier.of_task(task_id, asker.user)
    try:
        wish = _wish(task)
        answer = commands.act(
            context.runtime(), wish, asker.caller(request.form.get("key"))
        )
    except Refused as refusal:
        return _page(task_id, refusal)
    done = [task]
    if answer.status == WorkflowStatus.PENDING and wish.action in DECISIONS:
        done += _also(found, wish, asker)
    subject = " and ".join(_subject(found, each) for each in done)
    sentence = DONE[wish.action].format(subject)
    if answer.result == "duplicate":
        sentence += " That was done before; nothing has changed."
    flash(sentence)
    after = task_id if wish.action in STAYS else _next(task_id)
    return redirect(
        url_for("inbox.task", task_id=after) if after else url_for("inbox.inbox"), 303
    )


def _also(found: Dossier, wish: Wish, asker: Asker) -> list[Task]:
    """
    The other tasks of the review that the same click decides, each by its own command.

    What cannot be decided is left as it is, and its own page says why.
    """
    key, done = request.form.get("key"), list[Task]()
    for other in found.also(wish.task, asker.user):
        if other.id not in request.form.getlist("also"):
            continue
        with suppress(Refused):
            own = asker.caller(f"{key}:{other.id}" if key else None)
            commands.act(context.runtime(), replace(wish, task=other.id), own)
            done.append(other)
    return done


def _wish(task: Task) -> Wish:
    word = request.form.get("action", "")
    if word not in set(Action):
        sentence = f"Expected an action on {task.subject}, but got '{word[:40]}'."
        raise InvalidInput(sentence)
    return Wish(
        workflow=task.workflow_id,
        task=task.id,
        action=Action(word),
        comment=request.form.get("comment"),
        to=request.form.get("to", "").strip() or None,
        within=request.form.get("within", "").strip() or None,
        after=request.form.get("after") == "yes",
        fields=_fields(),
    )


def _fields() -> dict[str, str]:
    """
    What was typed into the form that the process has at the task.
    """
    typed = request.form.items()
    return {
        name.removeprefix(FIELD): value
        for name, value in typed
        if name.startswith(FIELD) and value
    }


def _page(task_id: str, refusal: Refused | None = None) -> Response:
    user = context.asker().user
    found, task = dossier.of_task(task_id, user)
    rows = queue.waiting(20)
    page = render_template(
        "task.html",
        found=found,
        workflow=found.workflow,
        task=task,
        step=found.step(task),
        form=found.form(task),
        offers=found.offers(task, user),
        also=found.also(task.id, user),
        late=found.late(task),
        since=found.since(task, user),
        advice=for_submitter(found, user.id, task.step),
        breaching=grounds.breaching((found.step(task),)),
        queue=rows,
        refusal=str(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    return make_response(page, status_of(refusal)[0] if refusal else 200)


def _next(done: str) -> str | None:
    others = (row.task.id for row in queue.waiting(2) if row.task.id != done)
    return next(others, None)


def _subject(found: Dossier, task: Task) -> str:
    quote = found.quote
    step = words.title(task.step)
    return f"{step} for {quote.account}, quote {quote.id} revision {quote.revision}"
