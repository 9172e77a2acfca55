"""
Messages of webhooks that are due → signed POSTs, in the order of each workflow.
"""

from functools import partial

from approval_engine import traces
from approval_engine.documents import sha256
from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidInput, Undelivered, Unreadable
from approval_engine.notifications import bodies
from approval_engine.notifications.bodies import Occasion
from approval_engine.notifications.deliver import Office, attempt, hold
from approval_engine.notifications.post import next_try
from approval_engine.notifications.signing import signed
from approval_engine.notifications.transport import post
from approval_engine.store import delivery, events, outgoing, webhooks, workflows
from approval_engine.store.database import Transaction
from approval_engine.store.delivery import Claimed
from approval_engine.store.webhooks import Webhook

BATCH = 20
"""How many messages of a webhook are claimed at a time; each may take ten seconds."""

_ARRIVED = range(200, 300)


def send_all(office: Office) -> None:
    """
    Send everything that is due to every webhook.
    """
    with office.host.database.read() as transaction:
        found = webhooks.running(transaction)
    for webhook in found:
        while not office.closes() and _send_some(office, webhook):
            pass


def _send_some(office: Office, webhook: Webhook) -> bool:
    """
    Send what one claim gives; False if there is nothing, or nobody takes it now.
    """
    messages = office.claimed(partial(_claim, webhook=webhook.id))
    for place, message in enumerate(messages):
        if office.closes():
            office.release(messages[place:], now=True)
            return False
        if not _try(office, webhook, message):
            office.release(messages[place + 1 :])
            return False
    return bool(messages)


def _claim(
    transaction: Transaction, now: str, until: str, webhook: str
) -> tuple[Claimed, ...]:
    return outgoing.claim_webhook(transaction, webhook, now, until, BATCH)


def _try(office: Office, webhook: Webhook, message: Claimed) -> bool:
    """
    Send one message; False if the receiver is to be left in peace for a while.
    """
    if attempt(office, [message], lambda: _send(office, webhook, message)):
        return True
    until = stamp(next_try(office.now(), 1))
    with office.host.database.begin() as transaction:
        delivery.postpone(transaction, webhook.id, until)
    return False


def _send(office: Office, webhook: Webhook, message: Claimed) -> list[Claimed]:
    try:
        with office.host.database.read() as transaction:
            event = events.one(transaction, message.event_id)
            found = workflows.read(transaction, message.workflow_id)
    except Unreadable as error:
        hold(office, [(message, str(error))])
        return []
    if event is None or found is None:
        raise Undelivered(f"There is no event '{message.event_id}' to tell of.")
    keys = office.post.secrets.get(webhook.secret)
    if not keys:
        sentence = f"CPQ_WEBHOOK_SECRET holds no secret named '{webhook.secret}'."
        raise Undelivered(sentence, whole=True)
    link = office.post.page(f"/workflows/{message.workflow_id}")
    body = bodies.body(
        webhook.shape, Occasion(event=event, workflow=found[0], link=link)
    )
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "approval-engine",
        **signed(_id_of(message), office.now(), body, keys),
        **traces.current().headers(),
    }
    try:
        status = post(webhook.url, headers, body, office.post.reach)
    except InvalidInput as error:
        raise Undelivered(str(error), whole=True) from error
    traces.current().note({"http.response.status_code": status})
    if status not in _ARRIVED:
        sentence = f"The webhook answered {status}."
        raise Undelivered(sentence, whole=True)
    return [message]


def _id_of(message: Claimed) -> str:
    # What stands in a header must be plain; an id may hold what people typed.
    return f"msg_{sha256(message.id.encode())[:32]}"
