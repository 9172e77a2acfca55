"""
The task page: may this go through, and my answer.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from flask import Response, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.actions import DECISIONS, Action
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.people import User
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidInput, Refused, StaleRevision
from approval_engine.executor.commands import act as commands
from approval_engine.executor.commands.act import Wish
from approval_engine.executor.commands.withdraw import Seat
from approval_engine.executor.commands.withdraw import withdraw as withdraw_seat
from approval_engine.web import context, dossier, forecasts, grounds, words
from approval_engine.web.advice import for_submitter
from approval_engine.web.context import Asker
from approval_engine.web.dossier import Dossier
from approval_engine.web.errors import status_of
from approval_engine.web.inbox import lists, pickers, seen
from approval_engine.web.inbox.asked import Asked, asked
from approval_engine.web.inbox.offers import may_withdraw, triggers
from approval_engine.web.inbox.thread import threads
from approval_engine.web.inbox.wishes import bounded, sign_of, wish_of
from approval_engine.web.workflow.elements import MARKS, shown

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


def task(task_id: str) -> Response:
    """
    What is asked, why me, what happens if I do nothing, and the ways to answer.
    """
    return _page(task_id)


def act(task_id: str) -> AnyResponse:
    """
    Carry out what a form asks; then the next task, or this one with the reason why not.
    """
    asker = context.asker()
    found, task = dossier.of_task(task_id, asker.user)
    waited = _waiting_ids()
    try:
        wish = wish_of(task, found.policy, found.people.directory)
        if wish.action in DECISIONS and task.is_open:
            shown = request.form.get("revision", "")
            seen.must_be_current(found, asker.user, shown)
        key = request.form.get("key")
        answer = commands.act(context.runtime(), wish, asker.caller(key))
    except Refused as refusal:
        return _page(task_id, refusal)
    done = [task]
    if answer.status == WorkflowStatus.PENDING and wish.action in DECISIONS:
        done += _also(found, wish, asker)
    sentence = DONE[wish.action].format(" and ".join(_named(found, e) for e in done))
    if answer.result == "duplicate":
        sentence += " That was done before; nothing has changed."
    flash(sentence)
    stays = wish.action in STAYS
    return redirect(_here(task_id) if stays else _next(task_id, waited), 303)


def withdraw(task_id: str) -> AnyResponse:
    """
    Take a seat out that nobody is left to take.
    """
    asker = context.asker()
    _, task = dossier.of_task(task_id, asker.user)
    comment = request.form.get("comment", "")
    seat = Seat(workflow=task.workflow_id, task=task.id, comment=comment)
    try:
        caller = asker.caller(request.form.get("key"))
        withdraw_seat(context.runtime(), seat, caller)
    except Refused as refusal:
        return _page(task_id, refusal)
    flash(f"You took the seat of task {task.id} out of its step.")
    return redirect(_here(task_id), 303)


def asked_list() -> Asked:
    """
    The list that the task was opened from; what no list means is left out.
    """
    found = _asked_or_nothing()
    if found.tab in {"mine", "roles"}:
        return found
    return replace(found, tab=lists.first_tab(), after="")


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


def _page(task_id: str, refusal: Refused | None = None) -> Response:
    user = context.asker().user
    found, task = dossier.of_task(task_id, user)
    wanted = asked_list()
    page = render_template(
        "inbox/task.html",
        found=found,
        workflow=found.workflow,
        task=task,
        step=found.step(task),
        form=found.form(task),
        offers=found.offers(task, user),
        also=found.also(task.id, user),
        late=found.late(task),
        forecast=forecasts.of_case(found.case),
        since=found.since(task, user),
        advice=for_submitter(found, user.id, task.step),
        breaching=grounds.breaching((found.step(task),)),
        bounds=[(each, sign_of(each)) for each in bounded(found.policy)],
        people=pickers.people(found, task, user),
        threads=threads(found.entries),
        revision=seen.revision(found, user),
        newer=seen.newer(found),
        may_withdraw=may_withdraw(found, task, user),
        triggers=triggers(found),
        elements=shown(found),
        marks=MARKS,
        asked=wanted,
        list_args=_asked_or_nothing().args(),
        queue=lists.waiting(wanted, lists.BESIDE).rows,
        refusal=str(refusal) if refusal else "",
        faster=bool(refusal) and _was_faster(task, user),
        difference=_difference(found, user, refusal),
        typed=request.form if refusal else {},
    )
    return make_response(page, status_of(refusal)[0] if refusal else 200)


def _was_faster(task: Task, user: User) -> bool:
    """
    Whether somebody else decided it while this person was about to.
    """
    return not task.is_open and task.closed_by not in {None, user.id}


def _difference(
    found: Dossier, user: User, refusal: Refused | None
) -> seen.Difference | None:
    if not isinstance(refusal, StaleRevision):
        return None
    return seen.difference(found, user, request.form.get("revision", ""))


def _waiting_ids() -> list[str]:
    rows = lists.waiting(asked_list(), lists.BESIDE).rows
    return [each.task.id for row in rows for each in row.all]


def _next(done: str, waited: list[str]) -> str:
    """
    The address of the task that stood below this one, else of the first, else the list.
    """
    left = [each for each in _waiting_ids() if each != done]
    place = waited.index(done) if done in waited else 0
    below = [each for each in waited[place:] if each in left]
    if task_id := next(iter((*below, *left)), None):
        return _here(task_id)
    return lists.address_of(_asked_or_nothing())


def _here(task_id: str) -> str:
    return lists.address_of(_asked_or_nothing(), task_id)


def _asked_or_nothing() -> Asked:
    try:
        return asked(request.args)
    except InvalidInput:
        return Asked()


def _named(found: Dossier, task: Task) -> str:
    quote = found.quote
    step = words.title(task.step)
    return f"{step} for {quote.account}, quote {quote.id} revision {quote.revision}"
