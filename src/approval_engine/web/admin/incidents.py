"""
What broke, why, and the safe ways out of it, each with what it would come to.
"""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.errors import NotFound, Refused
from approval_engine.operations import incidents as commands
from approval_engine.operations.remedies import diagnose
from approval_engine.operations.repair import repair as mend
from approval_engine.store import incidents as store
from approval_engine.store.database import Transaction
from approval_engine.store.incidents import Incident
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, cursor, done, next_page, office, page

blueprint = office("incidents", "/incidents")

CLOSED = "closed"


@blueprint.get("")
def incidents() -> Response:
    """
    The open incidents, oldest first; with `show=closed` those of before.
    """
    closed = request.args.get("show") == CLOSED
    with context.runtime().database.read() as transaction:
        if closed:
            found = store.latest(transaction, cursor(), LIMIT + 1)
        else:
            found = store.listed(transaction, closed=False)[: LIMIT + 1]
    rows, more = found[:LIMIT], ""
    if closed and len(found) > LIMIT:
        more = next_page(rows[-1].opened_at, rows[-1].id)
    full = len(found) > LIMIT
    return page("incidents.html", rows=rows, closed=closed, more=more, full=full)


@blueprint.get("/<incident_id>")
def incident(incident_id: str) -> Response:
    """
    One incident, what is wrong with its workflow, and what can be done.
    """
    return _page(incident_id)


@blueprint.post("/<incident_id>/repair")
def repair(incident_id: str) -> AnyResponse:
    """
    Make the rows of the workflow what its events say, in one transaction.
    """
    asker = context.asker()
    with context.runtime().database.read() as transaction:
        workflow_id = _open(transaction, incident_id).workflow_id
    try:
        caller = asker.caller(request.form.get("key"))
        found = mend(context.runtime(), workflow_id, caller)
    except Refused as refusal:
        return _page(incident_id, refusal)
    sentence = f"The rows of {workflow_id} were right already; nothing has changed."
    if found.fields:
        fields = ", ".join(found.fields)
        sentence = (
            f"The rows of {workflow_id} are what its events say again: {fields}."
            " It goes on once you close the incident."
        )
    return done(sentence, "incidents.incident", incident_id=incident_id)


@blueprint.post("/<incident_id>/close")
def close(incident_id: str) -> AnyResponse:
    """
    Let the workflow go on, with a note of what was found.
    """
    actor, note = context.asker().user.id, request.form.get("note")
    try:
        workflow_id = commands.close(context.runtime(), incident_id, actor, note)
    except NotFound:
        with context.runtime().database.read() as transaction:
            _one(transaction, incident_id)
        sentence = f"{incident_id} was closed before; nothing has changed."
        return done(sentence, "incidents.incident", incident_id=incident_id)
    except Refused as refusal:
        return _page(incident_id, refusal)
    sentence = f"You closed {incident_id}; {workflow_id} goes on."
    return done(sentence, "incidents.incident", incident_id=incident_id)


def _page(incident_id: str, refusal: Refused | None = None) -> Response:
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        found = _one(transaction, incident_id)
        diagnosis = diagnose(runtime, transaction, found.workflow_id)
    return page("incident.html", refusal, incident=found, found=diagnosis)


def _one(transaction: Transaction, incident_id: str) -> Incident:
    found = store.one(transaction, incident_id)
    if found is None:
        raise NotFound(f"There is no incident '{incident_id}'.")
    return found


def _open(transaction: Transaction, incident_id: str) -> Incident:
    found = _one(transaction, incident_id)
    if found.closed_at is not None:
        sentence = f"Incident '{incident_id}' is closed; its workflow is not repaired."
        raise NotFound(sentence)
    return found
