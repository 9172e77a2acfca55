"""
The workflow pages: where is it, why, who is next, and its process definition.
"""

from collections.abc import Mapping
from functools import partial

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

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.rights import Right
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import NotFound, Refused
from approval_engine.executor.commands.recall import recall as command
from approval_engine.planner.plan import PlannedStep
from approval_engine.store import attachments, catalog, lists, workflows
from approval_engine.store.lists import WorkflowFilter
from approval_engine.web import context, dossier, grounds
from approval_engine.web.advice import for_submitter
from approval_engine.web.errors import status_of
from approval_engine.web.headers import as_download

blueprint = Blueprint("workflows", __name__)

_LIMIT = 100
_ENDED_FIRST = ("rejected", "returned", "approved", "escalated", "cancelled")


@blueprint.get("/workflows")
def workflows_page() -> str:
    """
    The workflows that I have a part in, newest first; all of them for who sees all.
    """
    status = request.args.get("status")
    wanted = status if status in set(WorkflowStatus) else None
    user = context.asker().user
    with context.runtime().database.read() as transaction:
        everything = dossier.oversees(user, context.directory(transaction))
        viewer = None if everything else user.id
        chosen = WorkflowFilter(viewer=viewer, status=wanted)
        ids = lists.workflow_ids(transaction, chosen, _LIMIT)
        found = [workflows.read(transaction, each) for each in ids]
    return render_template(
        "workflows.html",
        workflows=[each[0] for each in found if each],
        status=wanted,
        full=len(ids) >= _LIMIT,
    )


@blueprint.get("/workflows/<workflow_id>")
def workflow(workflow_id: str) -> Response:
    """
    Status, steps, people and timeline of one workflow.
    """
    return _page(workflow_id)


@blueprint.post("/workflows/<workflow_id>/recall")
def recall(workflow_id: str) -> AnyResponse:
    """
    Withdraw my quote; the page again, with the reason if that is refused.
    """
    asker = context.asker()
    dossier.open_dossier(workflow_id, asker.user)
    try:
        command(
            context.runtime(),
            workflow_id,
            request.form.get("comment", ""),
            asker.caller(request.form.get("key")),
        )
    except Refused as refusal:
        return _page(workflow_id, refusal)
    flash(f"You recalled workflow {workflow_id}; nobody is asked any more.")
    return redirect(url_for("workflows.workflow", workflow_id=workflow_id), 303)


@blueprint.get("/workflows/<workflow_id>/diagram.bpmn")
def diagram(workflow_id: str) -> Response:
    """
    The process definition that runs, for Camunda Modeler.
    """
    found = dossier.open_dossier(workflow_id, context.asker().user)
    with context.runtime().database.read() as transaction:
        body = catalog.body(transaction, found.workflow.evidence.definition)
    return as_download(body, f"{found.workflow.id}.bpmn")


@blueprint.get("/workflows/<workflow_id>/attachments/<sha256>")
def attachment(workflow_id: str, sha256: str) -> Response:
    """
    A file of the quote or of its review, to be saved and never rendered.
    """
    found = dossier.open_dossier(workflow_id, context.asker().user)
    name = dossier.files_of(found.quote, found.entries).get(sha256)
    body = None
    if name is not None:
        with context.runtime().database.read() as transaction:
            body = attachments.body(transaction, sha256)
    if name is None or body is None:
        sentence = f"There is no such attachment of workflow '{workflow_id}' here."
        raise NotFound(sentence)
    return as_download(body, name)


def step_status(
    workflow: Workflow, by_time: Mapping[str, str], step: PlannedStep
) -> str:
    """
    The status of a step in one word: of its open seats, else of what decided it.

    `by_time` are the outcomes of the steps that silence decided.
    """
    if step.id in by_time:
        return by_time[step.id]
    seats = workflow.seats(step.id)
    if not seats:
        pending = workflow.status == WorkflowStatus.PENDING
        return "later" if pending else "not_required"
    waiting = [str(seat.status) for seat in seats if seat.is_open]
    if waiting:
        return waiting[0]
    given = {str(seat.status) for seat in seats}
    return next((word for word in _ENDED_FIRST if word in given), "not_required")


def _page(workflow_id: str, refusal: Refused | None = None) -> Response:
    user = context.asker().user
    found = dossier.open_dossier(workflow_id, user)
    mine = user.id in {found.workflow.submitted_by, found.workflow.owner}
    page = render_template(
        "workflow.html",
        found=found,
        workflow=found.workflow,
        breaching=grounds.breaching(found.case.plan.steps),
        chains=found.case.plan.chains(),
        status_of=partial(step_status, found.workflow, found.decided_by_time()),
        advice=for_submitter(found, user.id),
        may_override=Right.ADMINISTER in context.rights()
        and found.workflow.status == WorkflowStatus.PENDING,
        may_recall=mine and found.workflow.status == WorkflowStatus.PENDING,
        refusal=str(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    return make_response(page, status_of(refusal)[0] if refusal else 200)
