"""
Links in mails: a token → the task page of the person it was made for, and his decision.

Asking for a link changes nothing, however often scanners do it; the token is exchanged
at once for an address that holds no secret. Who may decide is still asked of the same
guard: the link only narrows it to one task, one person and one revision of the quote.
"""

from dataclasses import replace

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, InvalidState, NotFound, StaleRevision
from approval_engine.notifications import links as tokens
from approval_engine.store import catalog, links
from approval_engine.store.links import Link
from approval_engine.web import context, dossier
from approval_engine.web.inbox import task as inbox

CHANNEL = "mail"
"""The channel of what was decided through a link."""

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
    The task page, whose forms come back through the link.
    """
    link = _mine(link_id)
    found, task = dossier.of_task(link.task_id, context.asker().user)
    _must_be_current(link, found.workflow, task)
    g.answer_at = url_for("mail.decide", link_id=link.id)
    return inbox.task(link.task_id)


@blueprint.post("/mail/<link_id>")
def decide(link_id: str) -> AnyResponse:
    """
    What the inbox does with the form, once the link is found to be good for it.

    The same decision by the same person again gets the same answer.
    """
    link, asker = _mine(link_id), context.asker()
    found, task = dossier.of_task(link.task_id, asker.user)
    _must_be_good_for(link, task)
    if task.is_open or task.closed_by != link.person:
        _must_be_current(link, found.workflow, task)
    g.answer_at = url_for("mail.decide", link_id=link.id)
    g.asker = replace(asker, channel=CHANNEL)
    return inbox.act(link.task_id)


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


def _must_be_good_for(link: Link, task: Task) -> None:
    """
    Raises Forbidden if the link is for another action than the form asks.
    """
    word = request.form.get("action", "")
    if link.action not in {None, word}:
        sentence = (
            f"Expected to {link.action} {task.subject} through this link, but got"
            f" '{word[:40]}'; open the inbox for the rest."
        )
        raise Forbidden(sentence)


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
