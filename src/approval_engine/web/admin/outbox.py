"""
The outbox: what waits, what was sent lately, and what nobody tries any more, and why.
"""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.errors import Refused
from approval_engine.operations import messages as commands
from approval_engine.store import mailroom
from approval_engine.store.mailroom import DEAD, SENT, WAITING
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, cursor, done, next_page, office, page

blueprint = office("outbox", "/outbox")

STATUSES = {DEAD: "Given up", WAITING: "Waiting", SENT: "Sent lately"}
"""What is shown apart, in the order of the tabs."""


@blueprint.get("")
def outbox() -> Response:
    """
    Messages of one status, or all of one workflow.
    """
    return _page()


@blueprint.post("/retry")
def retry() -> AnyResponse:
    """
    Try a message again, from now on.
    """
    message = request.form.get("message", "")
    try:
        commands.retry(context.runtime(), message)
    except Refused as refusal:
        return _page(refusal)
    sentence = "The message is tried again at the worker's next round."
    return done(sentence, "outbox.outbox", status=_status())


@blueprint.post("/give-up")
def give_up() -> AnyResponse:
    """
    Never send a message.
    """
    message = request.form.get("message", "")
    try:
        commands.give_up(context.runtime(), message)
    except Refused as refusal:
        return _page(refusal)
    sentence = "The message is given up; nobody will be told by it."
    return done(sentence, "outbox.outbox", status=_status())


def _page(refusal: Refused | None = None) -> Response:
    status, workflow = _status(), request.args.get("workflow", "").strip()
    with context.runtime().database.read() as transaction:
        if workflow:
            found = mailroom.of_workflow(transaction, workflow, LIMIT)
        else:
            found = mailroom.page(transaction, status, cursor(), LIMIT + 1)
    rows, more = found[:LIMIT], ""
    if len(found) > LIMIT:
        more = next_page(*mailroom.place_of(rows[-1], status))
    return page(
        "outbox.html",
        refusal,
        rows=rows,
        status="" if workflow else status,
        statuses=STATUSES,
        workflow=workflow,
        more=more,
        mute=context.settings().smtp_url is None,
    )


def _status() -> str:
    wanted = request.values.get("status", DEAD)
    return wanted if wanted in STATUSES else DEAD
