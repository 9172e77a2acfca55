"""
One review and an override of it: what either decision would come to, and the reason.
"""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.actions import OVERRIDES
from approval_engine.errors import InvalidInput, Refused
from approval_engine.executor.commands import override as commands
from approval_engine.executor.commands.override import Override
from approval_engine.operations.remedies import prospect
from approval_engine.store import overrides as store
from approval_engine.web import context
from approval_engine.web.admin.area import done, office, page
from approval_engine.web.dossier import open_dossier

blueprint = office("override", "/overrides/<workflow_id>")


@blueprint.get("")
def override(workflow_id: str) -> Response:
    """
    The review, and what either decision would come to now.
    """
    return _page(workflow_id)


@blueprint.post("")
def decide(workflow_id: str) -> AnyResponse:
    """
    End the review, or ask another admin to say the same, with a reason.
    """
    caller = context.asker().caller(request.form.get("key"))
    try:
        answer = commands.override(context.runtime(), _wish(workflow_id), caller)
    except Refused as refusal:
        return _page(workflow_id, refusal)
    sentence = f"{workflow_id} is {answer.status}, in spite of its steps."
    if answer.action != "override":
        sentence = (
            f"You asked for it; another admin must say the same of {workflow_id}."
        )
    return done(sentence, "overrides.overrides")


def _wish(workflow_id: str) -> Override:
    decision = request.form.get("decision", "")
    if decision not in OVERRIDES:
        sentence = f"Expected approve or reject, but got '{decision[:40]}'."
        raise InvalidInput(sentence)
    return Override(
        workflow=workflow_id,
        decision=decision,
        comment=request.form.get("comment", ""),
        limit=context.settings().override_limit,
    )


def _page(workflow_id: str, refusal: Refused | None = None) -> Response:
    user, runtime = context.asker().user, context.runtime()
    found = open_dossier(workflow_id, user)
    with runtime.database.read() as transaction:
        known = store.of_workflow(transaction, workflow_id)
        limit = context.settings().override_limit
        prospects = [
            prospect(
                runtime,
                transaction,
                Override(workflow=workflow_id, decision=each, comment="", limit=limit),
                user.id,
            )
            for each in OVERRIDES
        ]
    return page(
        "override.html",
        refusal,
        found=found,
        workflow=found.workflow,
        prospects=prospects,
        known=known,
        limit=limit,
    )
