"""
`/api/v1/workflows` and `/api/v1/preview`: submit, look, recall, and what would be.
"""

from flask import Blueprint, Response, url_for

from approval_engine.accounts.tokens import Scope
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.errors import InvalidInput
from approval_engine.executor.answer import Answer, Caller
from approval_engine.executor.commands import recall as recalling
from approval_engine.executor.commands import submit as submitting
from approval_engine.history import reading, views, ways
from approval_engine.operations import avoiding
from approval_engine.operations.preview import preview as route
from approval_engine.planner.document import plain
from approval_engine.store import catalog, lists
from approval_engine.store.lists import WorkflowFilter
from approval_engine.web import context, dossier, quotes
from approval_engine.web.api.reply import Reply, as_json, once, text_of
from approval_engine.web.api.request import body, key, limit, one_of, query, text
from approval_engine.web.headers import as_download

blueprint = Blueprint("api_workflows", __name__, url_prefix="/api/v1")

_LONGEST_NUMBER = 9


@blueprint.post("/workflows")
def submit() -> Response:
    """
    Submit a quote: 201 with the workflow, or 200 if it was submitted before.
    """
    context.require(Scope.SUBMIT)
    asked = body("quoteId")
    quote_id = text(asked, "quoteId")

    def command(caller: Caller) -> Reply:
        quotes.find(quote_id)
        answer = submitting.submit(context.runtime(), quote_id, caller)
        return _workflow(answer, 200 if answer.result == "duplicate" else 201)

    return once(asked, command)


@blueprint.get("/workflows")
def listed() -> Response:
    """
    A page of workflows, newest first.
    """
    context.require(Scope.READ)
    asked = query("status", "quoteId", "cursor", "limit")
    size = limit(asked)
    user = context.asker().user
    with context.runtime().database.read() as transaction:
        everything = dossier.oversees(user, context.directory(transaction))
        wanted = WorkflowFilter(
            viewer=None if everything else user.id,
            status=one_of(asked, "status", WorkflowStatus),
            quote_id=asked.get("quoteId"),
            before=_before(asked.get("cursor")),
        )
        ids = lists.workflow_ids(transaction, wanted, size + 1)
        items = [reading.case(transaction, each).view() for each in ids[:size]]
    more = ids[size - 1] if len(ids) > size else None
    return as_json({"items": items, "nextCursor": more})


@blueprint.get("/workflows/<workflow_id>")
def one(workflow_id: str) -> Response:
    """
    `WorkflowInstance`.
    """
    asker = context.require(Scope.READ)
    return as_json(dossier.open_dossier(workflow_id, asker.user).case.view())


@blueprint.get("/workflows/<workflow_id>/history")
def history(workflow_id: str) -> Response:
    """
    Every `WorkflowEvent` in order.
    """
    asker = context.require(Scope.READ)
    found = dossier.open_dossier(workflow_id, asker.user)
    return as_json({"items": [entry.view() for entry in found.entries]})


@blueprint.get("/workflows/<workflow_id>/plan")
def plan(workflow_id: str) -> Response:
    """
    Every `RoutingStep`, in policy order.
    """
    asker = context.require(Scope.READ)
    found = dossier.open_dossier(workflow_id, asker.user)
    return as_json({"items": views.plan_view(found.case.plan)})


@blueprint.get("/workflows/<workflow_id>/diagram.bpmn")
def diagram(workflow_id: str) -> Response:
    """
    The process definition, byte for byte as it runs.
    """
    asker = context.require(Scope.READ)
    evidence = dossier.open_dossier(workflow_id, asker.user).workflow.evidence
    with context.runtime().database.read() as transaction:
        found = catalog.body(transaction, evidence.definition)
    return as_download(found, f"{workflow_id}.bpmn")


@blueprint.post("/workflows/<workflow_id>/recall")
def recall(workflow_id: str) -> Response:
    """
    Withdraw a quote that is under review; `comment` says why.
    """
    asker = context.require(Scope.SUBMIT)
    asked = body("comment")
    comment = text(asked, "comment")

    def command(caller: Caller) -> Reply:
        dossier.open_dossier(workflow_id, asker.user)
        runtime = context.runtime()
        answer = recalling.recall(runtime, workflow_id, comment, caller)
        return _workflow(answer, 200)

    return once(asked, command)


@blueprint.post("/preview")
def preview() -> Response:
    """
    The plan that a submit of this quote would make now.

    Nothing is stored, so the same key may ask again and gets the plan of that moment.
    """
    context.require(Scope.READ, Scope.SUBMIT)
    key()
    quote_id = text(body("quoteId"), "quoteId")
    quotes.find(quote_id)
    routed = route(context.runtime(), quote_id)
    around = avoiding.of_preview(routed, context.runtime().clock())
    return as_json(
        {
            "quoteId": routed.quote.id,
            "quoteRevision": routed.quote.revision,
            "policyVersion": routed.policy.version,
            "triggers": [
                views.trigger_view(trigger.id, trigger.reason, trigger.waived_by)
                for trigger in routed.evaluation.fired
            ],
            "inputs": plain(routed.evaluation.inputs),
            "steps": [
                step | {"avoidedBy": ways.view(around.get(step["step"], ()))}
                for step in views.plan_view(routed.plan)
            ],
        }
    )


def _workflow(answer: Answer, status: int) -> Reply:
    found = reading.find(context.runtime().database, answer.workflow)
    return Reply(
        status=status,
        text=text_of(found.view()),
        location=url_for("api_workflows.one", workflow_id=answer.workflow),
        replayed=answer.replayed,
    )


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    number = cursor.removeprefix("WF-")
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        sentence = "Expected 'cursor' to be the nextCursor of an earlier page."
        raise InvalidInput(sentence)
    return int(number)
