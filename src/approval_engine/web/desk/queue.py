"""
The queue of all reviews that run, and one of them with what may be done from here.
"""

from collections.abc import Mapping

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

from approval_engine.domain.actions import Action
from approval_engine.domain.events import stamp
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.rights import Right
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidInput, NotFound, Refused
from approval_engine.executor.commands import act as commands
from approval_engine.executor.commands.act import Wish
from approval_engine.executor.commands.nudge import nudge as remind
from approval_engine.store import desk, quotes
from approval_engine.store.desk import Only, Order, QueueFilter
from approval_engine.web import context, dossier, grounds
from approval_engine.web.dossier import Dossier
from approval_engine.web.errors import status_of

blueprint = Blueprint("desk", __name__)

PAGE = 50
"""So many reviews stand on one page."""

FROM_HERE: Mapping[Action, str] = {
    Action.REASSIGN: "You gave {} to somebody else.",
    Action.RETURN: "You returned {} for changes.",
}
"""What the desk does to a task without opening it, and what is said after it."""

_BETWEEN = "~"
_KEPT = ("q", "order", "only", "role", "holder")
_LONGEST = 200


@blueprint.get("/desk")
@context.lately
def queue() -> str:
    """
    Everything under review, by value, by closing date or by age.
    """
    context.demand(Right.RUN_DESK)
    runtime = context.runtime()
    wanted = _filters()
    with runtime.database.read() as transaction:
        found = desk.queue(transaction, wanted, PAGE + 1)
        shown = found[:PAGE]
        waiting = quotes.open_tasks(transaction, [row.workflow for row in shown])
        directory = context.directory(transaction)
    more = None
    if len(found) > PAGE:
        place = _BETWEEN.join(shown[-1].place)
        kept = {name: request.args[name] for name in _KEPT if name in request.args}
        more = kept | {"after": place}
    return render_template(
        "desk/queue.html",
        rows=[(row, runtime.quote_of(row.quote_sha256, row.body)) for row in shown],
        waiting=waiting,
        wanted=wanted,
        roles=sorted(directory.roles),
        people=sorted(directory.users.values(), key=lambda each: each.name)[:500],
        more=more,
    )


@blueprint.get("/desk/reviews/<workflow_id>")
def review(workflow_id: str) -> Response:
    """
    One review: who has what of it, how late, and what the desk may do about it.
    """
    return _page(workflow_id)


@blueprint.post("/desk/reviews/<workflow_id>/nudge")
def nudge(workflow_id: str) -> AnyResponse:
    """
    Remind those who have not answered, if it is the desk's own quote.
    """
    asker = context.demand(Right.RUN_DESK)
    try:
        remind(context.runtime(), workflow_id, asker.caller(request.form.get("key")))
    except Refused as refusal:
        return _page(workflow_id, refusal)
    flash("Everybody who has not answered is reminded.")
    return redirect(url_for("desk.review", workflow_id=workflow_id), 303)


@blueprint.post("/desk/reviews/<workflow_id>/tasks/<task_id>")
def act(workflow_id: str, task_id: str) -> AnyResponse:
    """
    Give a task to somebody else or return the quote, by the command of every channel.
    """
    asker = context.demand(Right.RUN_DESK)
    found = dossier.open_dossier(workflow_id, asker.user)
    task = _task(found, task_id)
    try:
        wish = _wish(task)
        key = request.form.get("key")
        answer = commands.act(context.runtime(), wish, asker.caller(key))
    except Refused as refusal:
        return _page(workflow_id, refusal)
    flash(FROM_HERE[wish.action].format(f"{task.id} of {found.quote.account}"))
    if answer.status == WorkflowStatus.PENDING:
        return redirect(url_for("desk.review", workflow_id=workflow_id), 303)
    return redirect(url_for("desk.queue"), 303)


def _page(workflow_id: str, refusal: Refused | None = None) -> Response:
    user = context.demand(Right.RUN_DESK).user
    found = dossier.open_dossier(workflow_id, user)
    workflow = found.workflow
    text = render_template(
        "desk/review.html",
        found=found,
        workflow=workflow,
        quote=found.quote,
        offers={task.id: found.offers(task, user) for task in workflow.open_tasks},
        breaching=grounds.breaching(found.case.plan.steps),
        mine=user.id in {workflow.submitted_by, workflow.owner},
        refusal=str(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    return make_response(text, status_of(refusal)[0] if refusal else 200)


def _task(found: Dossier, task_id: str) -> Task:
    task = found.workflow.task(task_id)
    if task is None:
        sentence = f"There is no task '{task_id}' in {found.workflow.subject}."
        raise NotFound(sentence)
    return task


def _wish(task: Task) -> Wish:
    word = request.form.get("action", "")
    if word not in set(FROM_HERE):
        sentence = f"Expected to reassign or return {task.subject}, got '{word[:40]}'."
        raise InvalidInput(sentence)
    return Wish(
        workflow=task.workflow_id,
        task=task.id,
        action=Action(word),
        comment=request.form.get("comment"),
        to=request.form.get("to", "").strip() or None,
    )


def _filters() -> QueueFilter:
    given = {n: request.args.get(n, "")[:_LONGEST] for n in ("q", "role", "holder")}
    order, only = request.args.get("order"), request.args.get("only")
    wanted = Order(order) if order in set(Order) else Order.VALUE
    return QueueFilter(
        now=stamp(context.runtime().clock()),
        order=wanted,
        search=given["q"],
        role=given["role"] or None,
        holder=given["holder"].strip() or None,
        only=Only(only) if only in set(Only) else None,
        after=_after(request.args.get("after", ""), wanted),
    )


def _after(text: str, order: Order) -> tuple[str, str] | None:
    if not text:
        return None
    key, _, tie = text.partition(_BETWEEN)
    fits = order is Order.CLOSING or _is_number(key.removeprefix("-"), 18)
    if not (key and tie and fits):
        sentence = "Expected 'after' to be the place at which an earlier page ended."
        raise InvalidInput(sentence)
    return key, tie


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits
