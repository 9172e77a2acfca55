"""
What the submitter and the office do to a workflow: each an existing command.
"""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from approval_engine.domain.actions import Action
from approval_engine.domain.rights import Right
from approval_engine.errors import Refused
from approval_engine.executor.answer import Answer, Caller
from approval_engine.executor.commands import nudge as nudging
from approval_engine.executor.commands import replan as replanning
from approval_engine.executor.commands.act import Wish, act
from approval_engine.web import context, dossier
from approval_engine.web.workflow.page import Besides, page

blueprint = Blueprint("workflow_acts", __name__)


@blueprint.post("/workflows/<workflow_id>/nudge")
def nudge(workflow_id: str) -> Response:
    """
    Remind everybody who has not answered my quote.
    """

    def done() -> Answer:
        return nudging.nudge(context.runtime(), workflow_id, _caller())

    return _settled(workflow_id, done, "Everybody who has not answered is reminded.")


@blueprint.post("/workflows/<workflow_id>/reassign")
def reassign(workflow_id: str) -> Response:
    """
    Give an open task to somebody else.
    """
    form = request.form
    wish = Wish(
        workflow=workflow_id,
        task=form.get("task", ""),
        action=Action.REASSIGN,
        comment=form.get("comment"),
        to=form.get("to", "").strip() or None,
    )

    def done() -> Answer:
        return act(context.runtime(), wish, _caller())

    return _settled(workflow_id, done, f"You gave {wish.task} to somebody else.")


@blueprint.get("/workflows/<workflow_id>/replan")
def preview(workflow_id: str) -> Response:
    """
    The page again, with what a replan would do now; nothing is stored.
    """
    context.demand(Right.RUN_DESK)
    dossier.open_dossier(workflow_id, context.asker().user)
    try:
        found = replanning.preview(context.runtime(), workflow_id)
    except Refused as refusal:
        return page(workflow_id, Besides(refusal=refusal))
    return page(workflow_id, Besides(replanned=found))


@blueprint.post("/workflows/<workflow_id>/replan")
def replan(workflow_id: str) -> Response:
    """
    Put a workflow under the newest policy in the place of this one, and show it.
    """
    context.demand(Right.RUN_DESK)
    dossier.open_dossier(workflow_id, context.asker().user)
    try:
        found = replanning.replan(context.runtime(), workflow_id, _caller())
    except Refused as refusal:
        return page(workflow_id, Besides(refusal=refusal))
    flash(f"{found.successor} took the place of {workflow_id}.")
    return redirect(url_for("workflows.workflow", workflow_id=found.successor), 303)


def _caller() -> Caller:
    return context.asker().caller(request.form.get("key"))


def _settled(workflow_id: str, done: Callable[[], Answer], sentence: str) -> Response:
    """
    Carry it out and show the page, with the reason if it is refused.
    """
    dossier.open_dossier(workflow_id, context.asker().user)
    try:
        done()
    except Refused as refusal:
        return page(workflow_id, Besides(refusal=refusal))
    flash(sentence)
    return redirect(url_for("workflows.workflow", workflow_id=workflow_id), 303)
