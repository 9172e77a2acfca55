"""
`/api/v1/webhooks`: which addresses are told of what happens.
"""

from urllib.parse import urlsplit

from flask import url_for

from approval_engine.accounts.tokens import Scope
from approval_engine.domain.rights import Right
from approval_engine.errors import NotFound
from approval_engine.executor.answer import Caller
from approval_engine.history import views
from approval_engine.notifications.bodies import type_of
from approval_engine.notifications.post import post_of
from approval_engine.operations import messages
from approval_engine.store import webhooks
from approval_engine.store.webhooks import Webhook
from approval_engine.web import context
from approval_engine.web.api import office_shapes as shapes
from approval_engine.web.api.bodies import NewWebhook
from approval_engine.web.api.operation import Group, Says
from approval_engine.web.api.reply import Reply, told
from approval_engine.web.api.request import JsonBody

GROUP = Group("webhooks", "Webhooks", "Addresses that are told of what happens.")


@GROUP.post(
    "/webhooks",
    Says(
        name="addWebhook",
        scopes=(Scope.ADMIN,),
        right=Right.ADMINISTER,
        body=JsonBody(model=NewWebhook),
        answer=shapes.WebhookAddress,
        statuses={201: "It is told from now on.", 200: "It is told already."},
    ),
)
def add(asked: NewWebhook, _: Caller) -> Reply:
    """
    Tell an address of everything of these kinds that happens from now on.

    The secret is named, never sent: it stands in CPQ_WEBHOOK_SECRET of the server.
    """
    kinds = tuple(sorted({messages.action_of(each) for each in asked.kinds}))
    wanted = (asked.url, asked.shape, asked.secret, kinds)
    for known in _listed():
        if _is_running(known) and _told_of(known) == wanted:
            return told(_address(known), location=_place(known))
    settings = context.settings()
    new = messages.add_webhook(
        context.runtime(),
        post_of(settings),
        (asked.url, asked.shape, asked.secret),
        asked.kinds,
    )
    return told(_address(new), 201, _place(new))


@GROUP.get(
    "/webhooks",
    Says(
        name="listWebhooks",
        scopes=(Scope.ADMIN,),
        right=Right.SEE_OFFICE,
        answer=shapes.WebhookList,
        statuses={200: "All of them, perhaps none."},
    ),
)
def listed() -> views.View:
    """
    Find every webhook, ended ones too, oldest first.
    """
    return {"items": [_address(each) for each in _listed()]}


@GROUP.get(
    "/webhooks/<webhook_id>",
    Says(
        name="getWebhook",
        scopes=(Scope.ADMIN,),
        right=Right.SEE_OFFICE,
        answer=shapes.WebhookAddress,
    ),
)
def one(webhook_id: str) -> views.View:
    """
    Read a webhook.
    """
    return _address(_found(webhook_id))


@GROUP.delete(
    "/webhooks/<webhook_id>",
    Says(
        name="endWebhook",
        scopes=(Scope.ADMIN,),
        right=Right.ADMINISTER,
        answer=None,
        statuses={204: "It ended now, or before."},
    ),
)
def end(webhook_id: str) -> None:
    """
    Tell an address nothing more, also not what waits for it.
    """
    if _is_running(_found(webhook_id)):
        messages.end_webhook(context.runtime(), webhook_id)


def _listed() -> tuple[Webhook, ...]:
    with context.runtime().database.read() as transaction:
        return webhooks.listed(transaction)


def _found(webhook_id: str) -> Webhook:
    for webhook in _listed():
        if webhook.id == webhook_id:
            return webhook
    sentence = f"There is no webhook '{webhook_id}'."
    raise NotFound(sentence)


def _is_running(webhook: Webhook) -> bool:
    return webhook.ended_at is None


def _told_of(webhook: Webhook) -> tuple[str, str, str, tuple[str, ...]]:
    return webhook.url, webhook.shape, webhook.secret, webhook.actions


def _place(webhook: Webhook) -> str:
    return url_for("api_webhooks.one", webhook_id=webhook.id)


def _address(webhook: Webhook) -> views.View:
    return {
        "id": webhook.id,
        # An address of Slack or Teams is itself a password.
        "host": urlsplit(webhook.url).netloc,
        "shape": webhook.shape,
        "secret": webhook.secret,
        "kinds": sorted(type_of(action) for action in webhook.actions),
        "status": "running" if _is_running(webhook) else "ended",
    }
