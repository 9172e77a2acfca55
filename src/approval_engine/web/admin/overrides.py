"""
Overrides: what waits for a second admin, and what was decided in spite of its steps.
"""

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.documents import load
from approval_engine.errors import InvalidInput, Refused
from approval_engine.executor.commands import override as commands
from approval_engine.executor.commands.override import Override
from approval_engine.store import overrides as store
from approval_engine.store.overrides import Listed
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, cursor, done, next_page, office, page

blueprint = office("overrides", "/overrides")

DECISIONS = {"approve": "approve", "reject": "reject"}


@blueprint.get("")
def overrides() -> Response:
    """
    What waits for a second admin, then everything of before, newest first.
    """
    return _page()


@blueprint.post("/<workflow_id>/confirm")
def confirm(workflow_id: str) -> AnyResponse:
    """
    Say the same as the admin who asked; the review ends.
    """
    decision = request.form.get("decision", "")
    caller = context.asker().caller(request.form.get("key"))
    try:
        if decision not in DECISIONS:
            sentence = f"Expected approve or reject, but got '{decision[:40]}'."
            raise InvalidInput(sentence)
        wish = Override(
            workflow=workflow_id,
            decision=decision,
            comment=request.form.get("comment", ""),
        )
        answer = commands.override(context.runtime(), wish, caller)
    except Refused as refusal:
        return _page(refusal, workflow_id)
    sentence = f"{workflow_id} is {answer.status}, by you and another admin."
    if answer.action != "override":
        sentence = f"A second admin must say the same of {workflow_id}."
    return done(sentence, "overrides.overrides")


@blueprint.post("/<workflow_id>/refuse")
def refuse(workflow_id: str) -> AnyResponse:
    """
    Say no to the override that another admin asked for, or take my own back.
    """
    caller = context.asker().caller(request.form.get("key"))
    reason = request.form.get("comment", "")
    try:
        commands.refuse(context.runtime(), workflow_id, reason, caller)
    except Refused as refusal:
        return _page(refusal, workflow_id)
    sentence = f"The override of {workflow_id} is refused; the review goes on."
    return done(sentence, "overrides.overrides")


def decision_of(row: Listed) -> str:
    """
    What the override decides: approve or reject.
    """
    data: Any = load(row.event.data.encode())
    return str(data["decision"])


def _page(refusal: Refused | None = None, at: str = "") -> Response:
    with context.runtime().database.read() as transaction:
        asked = store.waiting(transaction, LIMIT)
        found = store.latest(transaction, cursor(), LIMIT + 1)
    rows, more = found[:LIMIT], ""
    if len(found) > LIMIT:
        last = rows[-1].event
        more = next_page(last.timestamp, last.id)
    return page(
        "overrides.html",
        refusal,
        asked=asked,
        rows=rows,
        more=more,
        at=at,
        decision_of=decision_of,
    )
