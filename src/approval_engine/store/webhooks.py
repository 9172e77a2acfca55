"""
Webhooks: which address is told of which facts, and under which secret it is signed.

The database itself puts a message into the outbox for each event that a webhook wants,
by a trigger on the log, so no command can forget one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from approval_engine.store.database import Transaction
from approval_engine.store.schema import WEBHOOK, WEBHOOK_KIND


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """
    One webhook. `secret` is the name of a secret, `actions` are facts of the log.
    """

    id: str
    url: str
    shape: str
    secret: str
    actions: tuple[str, ...]
    ended_at: str | None = None


def add(transaction: Transaction, webhook: Webhook, at: str) -> None:
    """
    Tell this webhook of everything that happens from now on.
    """
    transaction.execute(
        WEBHOOK.insert().values(
            id=webhook.id,
            url=webhook.url,
            shape=webhook.shape,
            secret=webhook.secret,
            created_at=at,
        )
    )
    rows = [{"action": a, "webhook_id": webhook.id} for a in webhook.actions]
    transaction.execute(WEBHOOK_KIND.insert(), rows)


def end(transaction: Transaction, webhook_id: str, at: str) -> bool:
    """
    Tell it nothing more; whether it was running.
    """
    changed = transaction.execute(
        update(WEBHOOK)
        .where(WEBHOOK.c.id == webhook_id, WEBHOOK.c.ended_at.is_(None))
        .values(ended_at=at)
    )
    transaction.execute(
        delete(WEBHOOK_KIND).where(WEBHOOK_KIND.c.webhook_id == webhook_id)
    )
    return bool(changed.rowcount)


def sign_with(transaction: Transaction, webhook_id: str, secret: str) -> bool:
    """
    Sign with the secret of that name from now on; whether it was running.
    """
    changed = transaction.execute(
        update(WEBHOOK)
        .where(WEBHOOK.c.id == webhook_id, WEBHOOK.c.ended_at.is_(None))
        .values(secret=secret)
    )
    return bool(changed.rowcount)


def listed(transaction: Transaction) -> tuple[Webhook, ...]:
    """
    Every webhook, ended ones too, oldest first.
    """
    query = select(WEBHOOK_KIND.c.webhook_id, WEBHOOK_KIND.c.action)
    kinds = transaction.execute(query.order_by(WEBHOOK_KIND.c.action)).all()
    query = select(WEBHOOK).order_by(WEBHOOK.c.created_at, WEBHOOK.c.id)
    return tuple(
        Webhook(
            id=row.id,
            url=row.url,
            shape=row.shape,
            secret=row.secret,
            actions=_actions(row.id, ((k.webhook_id, k.action) for k in kinds)),
            ended_at=row.ended_at,
        )
        for row in transaction.execute(query)
    )


def running(transaction: Transaction) -> tuple[Webhook, ...]:
    """
    The webhooks that are told of what happens, oldest first.
    """
    return tuple(each for each in listed(transaction) if each.ended_at is None)


def _actions(webhook_id: str, kinds: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(action for owner, action in kinds if owner == webhook_id)
