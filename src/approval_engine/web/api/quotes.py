"""
`/api/v1/quotes`: store quotes, read them, and ask whether they may be booked.
"""

from typing import Any

from flask import url_for

from approval_engine.accounts.tokens import Scope
from approval_engine.documents import Document, load
from approval_engine.executor.answer import Caller
from approval_engine.history import views
from approval_engine.operations import clearance as clearing
from approval_engine.store import catalog, lists, quote_pages
from approval_engine.store.lists import QuoteState
from approval_engine.web import context, dossier
from approval_engine.web import quotes as pages
from approval_engine.web.api import importing
from approval_engine.web.api import quote_shapes as shapes
from approval_engine.web.api.bodies import ClearanceQuery, Page, QuoteDocument
from approval_engine.web.api.operation import Group, Says
from approval_engine.web.api.refusals import CONFLICT, DOCUMENT, NOT_FOUND
from approval_engine.web.api.reply import Reply, told
from approval_engine.web.api.request import DocumentBody

GROUP = Group(
    "quotes", "Quotes", "Priced offers, in revisions, and whether they may be booked."
)


@GROUP.post(
    "/quotes",
    Says(
        name="importQuotes",
        scopes=(Scope.SUBMIT,),
        body=DocumentBody(model=QuoteDocument, many=True),
        answer=shapes.Imported,
        statuses={201: "Something of it is new.", 200: "All of it was here already."},
        refuses=(NOT_FOUND, CONFLICT, DOCUMENT),
    ),
)
def imported(document: Document, _: Caller) -> Reply:
    """
    Store a quote revision, or a list of them.

    All of them or none. A revision never changes: the same one with other content is
    refused. You may store what you submit or own yourself, and what is here already
    only if it is yours as it is here; the deal desk stores all.
    """
    ids, new = importing.store(document)
    with context.runtime().database.read() as transaction:
        rows = tuple(catalog.quote(transaction, each) for each in ids)
        found = tuple(each for each in rows if each is not None)
        states = lists.quote_states(transaction, found)
    items = [_state(each) for each in states]
    place = url_for("api_quotes.one", quote_id=ids[0]) if len(ids) == 1 else None
    return told({"imported": new, "items": items}, 201 if new else 200, place)


@GROUP.get(
    "/quotes",
    Says(
        name="listQuotes",
        scopes=(Scope.READ,),
        query=Page,
        answer=shapes.QuotePage,
        statuses={200: "A page, perhaps empty."},
    ),
)
def listed(asked: Page) -> views.View:
    """
    Find your quotes, by id, each in its newest revision.
    """
    user = context.asker().user
    with context.runtime().database.read() as transaction:
        everything = dossier.oversees(user, context.directory(transaction))
        mine = None if everything else user.id
        rows = quote_pages.after(transaction, mine, asked.cursor, asked.limit + 1)
        states = lists.quote_states(transaction, rows[: asked.limit])
    more = rows[asked.limit - 1].id if len(rows) > asked.limit else None
    return {"items": [_state(each) for each in states], "nextCursor": more}


@GROUP.get(
    "/quotes/<quote_id>",
    Says(name="getQuote", scopes=(Scope.READ,), answer=shapes.QuoteDetail),
)
def one(quote_id: str) -> views.View:
    """
    Read the newest revision of a quote, with the fingerprint it has now.
    """
    newest = pages.find(quote_id).newest
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        document: Any = load(catalog.body(transaction, newest.sha256))
        (state,) = lists.quote_states(transaction, (newest,))
    fingerprint = clearing.fingerprint_of(runtime, quote_id)
    return _state(state) | {"fingerprint": fingerprint, "document": document}


@GROUP.get(
    "/quotes/<quote_id>/clearance",
    Says(
        name="getClearance",
        scopes=(Scope.READ,),
        query=ClearanceQuery,
        answer=shapes.ClearanceAnswer,
        statuses={200: "The answer; only `cleared` may be booked."},
    ),
)
def clearance(asked: ClearanceQuery, quote_id: str) -> views.View:
    """
    Ask whether what you hold the fingerprint of may be booked now.

    The webhook `workflow.approved` and `WorkflowInstance` carry the fingerprint.
    """
    pages.find(quote_id)
    found = clearing.clearance(context.runtime(), quote_id, asked.fingerprint)
    return {
        "quoteId": quote_id,
        "clearance": str(found.clearance),
        "fingerprint": found.fingerprint,
        "workflowId": found.workflow,
    }


def _state(found: QuoteState) -> views.View:
    return {
        "id": found.quote.id,
        "revision": found.quote.revision,
        "account": found.quote.account,
        "submittedBy": found.quote.submitted_by,
        "workflowId": found.workflow,
        "status": found.status,
    }
