"""
Overrides: what waits for a second admin, and what was decided in spite of its steps.
"""

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.documents import load
from approval_engine.errors import Refused
from approval_engine.executor.commands import override as commands
from approval_engine.store import overrides as store
from approval_engine.store.overrides import Listed
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, cursor, done, next_page, office, page

blueprint = office("overrides", "/overrides")


@blueprint.get("")
def overrides() -> Response:
    """
    What waits for a second admin, then everything of before, newest first.
    """
    return _page()


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
        return _page(refusal)
    sentence = f"The override of {workflow_id} is refused; the review goes on."
    return done(sentence, "overrides.overrides")


def decision_of(row: Listed) -> str:
    """
    What the override decides: approve or reject.
    """
    data: Any = load(row.event.data.encode())
    return str(data["decision"])


def _page(refusal: Refused | None = None) -> Response:
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
        decision_of=decision_of,
    )
