"""
What an operator does to messages: webhooks come and go, stuck messages are tried again.
"""

import secrets
from collections.abc import Iterable

from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidInput, InvalidState, NotFound, Undelivered
from approval_engine.executor.runtime import Runtime
from approval_engine.notifications.bodies import TYPES
from approval_engine.notifications.post import Post
from approval_engine.notifications.rehearse import ping
from approval_engine.notifications.transport import checked_url
from approval_engine.store import delivery, restored, webhooks
from approval_engine.store.webhooks import Webhook


def add_webhook(
    runtime: Runtime, post: Post, what: tuple[str, str, str], kinds: Iterable[str]
) -> Webhook:
    """
    Tell an address of these kinds of events; `what` is address, shape and secret name.

    Raises InvalidInput if the address will not do, the secret is not set, or a kind is
    unknown.
    """
    url, shape, secret = what
    checked_url(url, post.reach)
    _must_be_set(post, secret)
    new = Webhook(
        id=f"WH-{secrets.token_hex(4)}",
        url=url,
        shape=shape,
        secret=secret,
        actions=tuple(sorted({action_of(kind) for kind in kinds})),
    )
    with runtime.database.begin() as transaction:
        webhooks.add(transaction, new, stamp(runtime.clock()))
    return new


def end_webhook(runtime: Runtime, webhook_id: str) -> None:
    """
    Tell an address nothing more. Raises NotFound if there is no such running webhook.
    """
    with runtime.database.begin() as transaction:
        if not webhooks.end(transaction, webhook_id, stamp(runtime.clock())):
            sentence = f"There is no running webhook '{webhook_id}'."
            raise NotFound(sentence)
        delivery.cancel_all(transaction, webhook_id)


def retry(runtime: Runtime, message_id: str) -> None:
    """
    Try a message again from now on. Raises NotFound, or InvalidState if it is settled.
    """
    with runtime.database.begin() as transaction:
        status = delivery.revive(transaction, message_id, stamp(runtime.clock()))
    if status is None:
        sentence = f"There is no message '{message_id}'."
        raise NotFound(sentence)
    if status in {"sent", "cancelled"}:
        sentence = f"Expected to send message '{message_id}' again, but it is {status}."
        raise InvalidState(sentence)


def retry_held(runtime: Runtime) -> int:
    """
    Send what a restore held, each message with the id that it had; how many.
    """
    with runtime.database.begin() as transaction:
        held = restored.held(transaction)
        for each in held:
            delivery.revive(transaction, each, stamp(runtime.clock()))
    return len(held)


def give_up(runtime: Runtime, message_id: str) -> None:
    """
    Never send a message. Raises NotFound, or InvalidState if it was sent.
    """
    with runtime.database.begin() as transaction:
        status = delivery.abandon(transaction, message_id)
    if status is None:
        sentence = f"There is no message '{message_id}'."
        raise NotFound(sentence)
    if status == "sent":
        sentence = f"Expected to give message '{message_id}' up, but it is sent."
        raise InvalidState(sentence)


def test_webhook(runtime: Runtime, post: Post, webhook_id: str) -> int:
    """
    The status that an address answers to a message which tells of nothing.

    Raises NotFound, and InvalidState if nothing arrives there.
    """
    with runtime.database.read() as transaction:
        running = webhooks.running(transaction)
    found = next((each for each in running if each.id == webhook_id), None)
    if found is None:
        sentence = f"There is no running webhook '{webhook_id}'."
        raise NotFound(sentence)
    try:
        return ping(found, post, runtime.clock())
    except Undelivered as error:
        sentence = f"Expected webhook '{webhook_id}' to answer, but {error}"
        raise InvalidState(sentence) from error


def sign_with(runtime: Runtime, post: Post, webhook_id: str, secret: str) -> None:
    """
    Sign what an address is told from now on with another secret.

    Raises NotFound, or InvalidInput if that secret is not set.
    """
    _must_be_set(post, secret)
    with runtime.database.begin() as transaction:
        if not webhooks.sign_with(transaction, webhook_id, secret):
            sentence = f"There is no running webhook '{webhook_id}'."
            raise NotFound(sentence)


def action_of(kind: str) -> str:
    """
    The action of the event log behind a kind of event. Raises InvalidInput.
    """
    if kind not in TYPES:
        known = ", ".join(sorted(TYPES))
        sentence = f"Expected a kind of event out of {known}, but got '{kind[:40]}'."
        raise InvalidInput(sentence)
    return TYPES[kind]


def _must_be_set(post: Post, secret: str) -> None:
    if not post.secrets.get(secret):
        sentence = (
            f"Expected CPQ_WEBHOOK_SECRET to hold a secret named '{secret}', but it"
            " does not."
        )
        raise InvalidInput(sentence)
