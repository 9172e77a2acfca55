"""
`/api/v1/workflows` and `/api/v1/preview`: submit, look, recall, and what would be.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from flask import Response, url_for

from approval_engine.accounts.tokens import Scope
from approval_engine.documents import Document
from approval_engine.errors import EngineError
from approval_engine.executor.answer import Answer, Caller
from approval_engine.executor.commands import recall as recalling
from approval_engine.executor.commands import submit as submitting
from approval_engine.history import reading, views, ways
from approval_engine.operations import avoiding
from approval_engine.operations.preview import preview as route
from approval_engine.planner.document import plain
from approval_engine.store import catalog, lists
from approval_engine.store.database import Transaction
from approval_engine.store.lists import WorkflowFilter
from approval_engine.web import context, dossier, forecasts, packets, quotes
from approval_engine.web.api import importing
from approval_engine.web.api.bodies import (
    PreviewRequest,
    RecallRequest,
    SentQuote,
    SubmitRequest,
    WorkflowQuery,
)
from approval_engine.web.api.operation import File, Group, Says
from approval_engine.web.api.refusals import (
    CONFLICT,
    DOCUMENT,
    NOT_FOUND,
    QUARANTINED,
    STATE,
)
from approval_engine.web.api.reply import Reply, told
from approval_engine.web.api.request import JsonBody, no_cursor, part
from approval_engine.web.api.shapes import (
    EventList,
    Preview,
    StepList,
    WorkflowInstance,
    WorkflowPage,
)
from approval_engine.web.headers import as_download

GROUP = Group(
    "workflows",
    "Workflows",
    "The review of one quote revision, from submit to its end.",
)

_LONGEST_NUMBER = 9


@GROUP.post(
    "/workflows",
    Says(
        name="submitWorkflow",
        scopes=(Scope.SUBMIT,),
        body=JsonBody(model=SubmitRequest, whole=True),
        answer=WorkflowInstance,
        statuses={
            201: "The review began.",
            200: "This revision is, or was, under review already.",
        },
        refuses=(NOT_FOUND, QUARANTINED, STATE, CONFLICT, DOCUMENT),
    ),
)
def submit(given: tuple[SubmitRequest, Document], caller: Caller) -> Reply:
    """
    Submit a quote.

    The quote is one that is here already, or it comes along and is stored first. Only
    its submitter and its owner may submit it. A quote that no trigger stops is approved
    at once. After a rejection or a return a new revision is needed.
    """
    asked, document = given
    if isinstance(asked.root, SentQuote):
        (quote_id,), _ = importing.store(part(document, "quote"), "/quote")
    else:
        quote_id = asked.root.quote_id
    quotes.find(quote_id)
    answer = submitting.submit(context.runtime(), quote_id, caller)
    return _workflow(answer, 200 if answer.result == "duplicate" else 201)


@GROUP.get(
    "/workflows",
    Says(
        name="listWorkflows",
        scopes=(Scope.READ,),
        query=WorkflowQuery,
        answer=WorkflowPage,
        statuses={200: "A page, perhaps empty."},
    ),
)
def listed(asked: WorkflowQuery) -> views.View:
    """
    Find workflows, newest first.

    You see those that you have a part in; some offices see all of them. Of very many a
    page may hold few or none and still lead on.
    """
    user = context.asker().user
    with context.runtime().database.read() as transaction:
        everything = dossier.oversees(user, context.directory(transaction))
        wanted = WorkflowFilter(
            viewer=None if everything else user.id,
            status=asked.status,
            quote_id=asked.quote_id,
            before=_before(asked.cursor),
        )
        ids, after = lists.workflow_ids(transaction, wanted, asked.limit)
        items = list(_views(transaction, ids))
    return {"items": items, "nextCursor": f"WF-{after}" if after else None}


def _views(transaction: Transaction, ids: Iterable[str]) -> Iterator[views.View]:
    """
    Those that can be read: one that is broken hides none of the others.
    """
    for each in ids:
        with suppress(EngineError):
            yield reading.case(transaction, each).view()


@GROUP.get(
    "/workflows/<workflow_id>",
    Says(
        name="getWorkflow",
        scopes=(Scope.READ,),
        refuses=(QUARANTINED,),
        answer=WorkflowInstance,
    ),
)
def one(workflow_id: str) -> views.View:
    """
    Read a workflow.
    """
    case = dossier.open_dossier(workflow_id, context.asker().user).case
    return case.view() | forecasts.told(forecasts.of_case(case))


@GROUP.get(
    "/workflows/<workflow_id>/history",
    Says(
        name="getHistory",
        scopes=(Scope.READ,),
        refuses=(QUARANTINED,),
        answer=EventList,
    ),
)
def history(workflow_id: str) -> views.View:
    """
    Read every event of a workflow, in order.

    Comments stand beside their events; one that was erased is null.
    """
    found = dossier.open_dossier(workflow_id, context.asker().user)
    return {"items": [entry.view() for entry in found.entries]}


@GROUP.get(
    "/workflows/<workflow_id>/plan",
    Says(name="getPlan", scopes=(Scope.READ,), refuses=(QUARANTINED,), answer=StepList),
)
def plan(workflow_id: str) -> views.View:
    """
    Read every step of the plan, in policy order.
    """
    found = dossier.open_dossier(workflow_id, context.asker().user)
    return {"items": views.plan_view(found.case.plan)}


@GROUP.get(
    "/workflows/<workflow_id>/diagram.bpmn",
    Says(
        name="getDiagram",
        scopes=(Scope.READ,),
        answer=File(
            media_type="application/octet-stream", what="BPMN 2.0 with its diagram"
        ),
    ),
)
def diagram(workflow_id: str) -> Response:
    """
    Fetch the process definition, byte for byte as it runs.
    """
    user = context.asker().user
    evidence = dossier.open_dossier(workflow_id, user).workflow.evidence
    with context.runtime().database.read() as transaction:
        found = catalog.body(transaction, evidence.definition)
    return as_download(found, f"{workflow_id}.bpmn")


@GROUP.get(
    "/workflows/<workflow_id>/evidence.zip",
    Says(
        name="getEvidence",
        scopes=(Scope.READ,),
        answer=File(
            media_type="application/octet-stream",
            what="a zip archive with its signed manifest",
        ),
        refuses=(STATE,),
    ),
)
def evidence(workflow_id: str) -> Response:
    """
    Fetch the signed evidence packet.

    It holds every event with what was written, all documents that the review was
    decided under, and a manifest with an Ed25519 signature. It is checked without this
    server: `cpq approval verify FILE.zip --key PUBLIC.pem`.
    """
    dossier.open_dossier(workflow_id, context.asker().user)
    return packets.download(workflow_id)


@GROUP.post(
    "/workflows/<workflow_id>/recall",
    Says(
        name="recallWorkflow",
        scopes=(Scope.SUBMIT,),
        body=JsonBody(model=RecallRequest),
        answer=WorkflowInstance,
        statuses={200: "The quote is withdrawn."},
        refuses=(QUARANTINED, STATE),
    ),
)
def recall(asked: RecallRequest, caller: Caller, workflow_id: str) -> Reply:
    """
    Withdraw a quote that is under review.
    """
    dossier.open_dossier(workflow_id, context.asker().user)
    runtime = context.runtime()
    answer = recalling.recall(runtime, workflow_id, asked.comment, caller)
    return _workflow(answer, 200)


@GROUP.post(
    "/preview",
    Says(
        name="previewQuote",
        scopes=(Scope.READ, Scope.SUBMIT),
        body=JsonBody(model=PreviewRequest),
        answer=Preview,
        statuses={200: "The plan of this moment."},
        refuses=(NOT_FOUND, STATE, DOCUMENT),
        kept=False,
    ),
)
def preview(asked: PreviewRequest, _: Caller) -> Reply:
    """
    See the plan that a submit of a quote would make now.

    Nothing is stored, so the same key may ask again and gets the plan of that moment.
    """
    quotes.find(asked.quote_id)
    routed = route(context.runtime(), asked.quote_id)
    around = avoiding.of_preview(routed, context.runtime().clock())
    return told(
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
            **forecasts.told(forecasts.of_routed(routed)),
        }
    )


def _workflow(answer: Answer, status: int) -> Reply:
    found = reading.find(context.runtime().database, answer.workflow)
    place = url_for("api_workflows.one", workflow_id=answer.workflow)
    return told(found.view(), status, place, replayed=answer.replayed)


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    number = cursor.removeprefix("WF-")
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        raise no_cursor()
    return int(number)
