"""
Links in mails: a token → the task page of the person it was made for, and his decision.

Asking for a link changes nothing, however often scanners do it; the token is exchanged
at once for an address that holds no secret. Who may decide is still asked of the same
guard: the link only narrows it to one task, one person and one revision of the quote.
"""

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.actions import Action
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import (
    Forbidden,
    InvalidState,
    NotFound,
    Refused,
    StaleRevision,
)
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import act as commands
from approval_engine.executor.commands.act import Wish
from approval_engine.notifications import links as tokens
from approval_engine.store import catalog, links
from approval_engine.store.links import Link
from approval_engine.web import context, dossier, inbox

CHANNEL = "mail"
"""The channel of what was decided through a link."""

DECISIONS = (Action.APPROVE, Action.RETURN, Action.REJECT)
"""What can be done through a link; all else is done in the inbox."""

blueprint = Blueprint("mail", __name__)


@blueprint.after_request
def tell_nobody(response: Response) -> Response:
    """
    Keep an address with a token in it from being told to whatever is opened next.
    """
    if request.endpoint == "mail.arrive":
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/m/<token>")
def arrive(token: str) -> AnyResponse:
    """
    Lead on to the page of the task, whoever asks; who he is, is asked there.
    """
    with context.runtime().database.read() as transaction:
        link = _running(links.by_token(transaction, tokens.hashed(token)))
    return redirect(url_for("mail.task", link_id=link.id), 303)


@blueprint.get("/mail/<link_id>")
def task(link_id: str) -> Response:
    """
    The task page, with the ways to answer that the link is good for.
    """
    link = _mine(link_id)
    found, task = dossier.of_task(link.task_id, context.asker().user)
    try:
        _must_be_current(link, found.workflow, task)
    except Refused as refusal:
        return _page(link, refusal)
    return _page(link)


@blueprint.post("/mail/<link_id>")
def decide(link_id: str) -> AnyResponse:
    """
    Carry out the decision of the form; the same one again gets the same answer.
    """
    link = _mine(link_id)
    found, task = dossier.of_task(link.task_id, context.asker().user)
    try:
        wish = _wish(link, task)
        if not _is_his(task):
            _must_be_current(link, found.workflow, task)
        key = request.form.get("key")
        caller = Caller(actor=link.person, channel=CHANNEL, key=key)
        answer = commands.act(context.runtime(), wish, caller)
    except Refused as refusal:
        return _page(link, refusal)
    sentence = inbox.DONE[wish.action].format(inbox.subject(found, task))
    if answer.result == "duplicate":
        sentence += " That was done before; nothing has changed."
    flash(sentence)
    return redirect(url_for("inbox.inbox"), 303)


def _mine(link_id: str) -> Link:
    with context.runtime().database.read() as transaction:
        link = _running(links.by_id(transaction, link_id))
    if link.person != context.asker().user.id:
        sentence = "This link was made for somebody else; nothing was changed."
        raise Forbidden(sentence)
    return link


def _running(link: Link | None) -> Link:
    if link is None or tokens.is_over(link, context.runtime().clock()):
        sentence = "This link leads nowhere, or its time is over; open the inbox."
        raise NotFound(sentence)
    return link


def _wish(link: Link, task: Task) -> Wish:
    word = request.form.get("action", "")
    if word not in _good_for(link):
        good = ", ".join(_good_for(link))
        sentence = (
            f"Expected to {good} {task.subject} through this link, but got"
            f" '{word[:40]}'; open the inbox for the rest."
        )
        raise Forbidden(sentence)
    return Wish(
        workflow=link.workflow_id,
        task=link.task_id,
        action=Action(word),
        comment=request.form.get("comment"),
    )


def _good_for(link: Link) -> tuple[Action, ...]:
    return (Action(link.action),) if link.action else DECISIONS


def _is_his(task: Task) -> bool:
    """
    Whether the person closed the task himself: what he asks now he may have asked then.
    """
    return not task.is_open and task.closed_by == context.asker().user.id


def _must_be_current(link: Link, workflow: Workflow, task: Task) -> None:
    """
    Raises StaleRevision if the quote changed, InvalidState if the task moved on.
    """
    what = f"Expected to decide {task.subject} through this link, but"
    with context.runtime().database.read() as transaction:
        newest = catalog.quote(transaction, workflow.quote_id)
    if newest is not None and newest.sha256 != link.quote_sha256:
        sentence = (
            f"{what} quote '{newest.id}' has revision {newest.revision} by now; the"
            f" link was about revision {workflow.quote_revision}."
        )
        raise StaleRevision(sentence)
    if not task.is_open:
        words = task.status.replace("_", " ")
        by = f" by '{task.closed_by}'" if task.closed_by else ""
        raise InvalidState(f"{what} it is {words}{by}.")
    asked = (task.assignee,) if task.assignee else task.candidates
    if link.person not in asked:
        sentence = f"{what} it is {task.status} with the role {task.role} now."
        raise InvalidState(sentence)


def _page(link: Link, refusal: Refused | None = None) -> Response:
    user = context.asker().user
    found, task = dossier.of_task(link.task_id, user)
    # What the state forbids is forbidden for every answer.
    good = () if isinstance(refusal, InvalidState) else _good_for(link)
    elsewhere = "This link is not good for that; open the inbox."
    offers = {
        action: why if action in good else elsewhere
        for action, why in found.offers(task, user).items()
    }
    answer_at = url_for("mail.decide", link_id=link.id)
    return inbox.page(link.task_id, refusal, offers=offers, answer_at=answer_at)
