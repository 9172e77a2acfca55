"""
The workflow pages: where is it, why, who is next, and its process definition.
"""

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.errors import NotFound, Refused
from approval_engine.executor.commands.recall import recall as command
from approval_engine.history.verify import verify as verify_chain
from approval_engine.store import attachments, catalog
from approval_engine.web import context, dossier, packets
from approval_engine.web.headers import as_download
from approval_engine.web.workflow import listing
from approval_engine.web.workflow.page import Besides, page

blueprint = Blueprint("workflows", __name__)


@blueprint.get("/workflows")
@context.lately
def workflows_page() -> AnyResponse | str:
    """
    The workflows that I have a part in, newest first; all of them for who sees all.
    """
    return listing.answer()


@blueprint.get("/workflows/<workflow_id>")
def workflow(workflow_id: str) -> Response:
    """
    Status, diagram, steps, people and timeline of one workflow.
    """
    return page(workflow_id)


@blueprint.get("/workflows/<workflow_id>/verify")
def verify(workflow_id: str) -> Response:
    """
    The page again, with whether the record of the workflow is as it was written.
    """
    found = dossier.open_dossier(workflow_id, context.asker().user)
    with context.runtime().database.read() as transaction:
        verified = verify_chain(transaction, found.workflow)
    return page(workflow_id, Besides(verified=verified))


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
        return page(workflow_id, Besides(refusal=refusal))
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


@blueprint.get("/workflows/<workflow_id>/evidence.zip")
def evidence(workflow_id: str) -> Response:
    """
    The signed evidence packet, for somebody who does not trust this server.
    """
    dossier.open_dossier(workflow_id, context.asker().user)
    return packets.download(workflow_id)


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
