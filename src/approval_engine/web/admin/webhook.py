"""
One webhook: where it leads, what it is told of, and what became of each message.
"""

from flask import Response

from approval_engine.errors import NotFound
from approval_engine.notifications.bodies import type_of
from approval_engine.store import mailroom
from approval_engine.store import webhooks as store
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, cursor, next_page, office, page
from approval_engine.web.admin.webhooks import host_of

blueprint = office("webhook", "/webhooks/<webhook_id>")


@blueprint.get("")
def webhook(webhook_id: str) -> Response:
    """
    The messages to one address, newest first.
    """
    with context.runtime().database.read() as transaction:
        known = {each.id: each for each in store.listed(transaction)}
        if webhook_id not in known:
            raise NotFound(f"There is no webhook '{webhook_id}'.")
        found = mailroom.of_webhook(transaction, webhook_id, cursor(), LIMIT + 1)
    rows, more = found[:LIMIT], ""
    if len(found) > LIMIT:
        more = next_page(rows[-1].created_at, rows[-1].id)
    return page(
        "webhook.html",
        webhook=known[webhook_id],
        rows=rows,
        more=more,
        type_of=type_of,
        host_of=host_of,
    )
