"""
Outbox rows that are due → the ones that this sender has for a while.

A claim is a row whose next try lies in the future: if its sender dies, the row comes
due again by itself.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from approval_engine.store.database import Transaction
from approval_engine.store.delivery import MARK, Claimed
from approval_engine.store.schema import INCIDENT, LETTER_PART, OUTBOX

_EARLIER = OUTBOX.alias("earlier")
# Events of a workflow are numbered behind one prefix, so a longer id is a later one.
_IS_EARLIER = or_(
    func.length(_EARLIER.c.event_id) < func.length(OUTBOX.c.event_id),
    and_(
        func.length(_EARLIER.c.event_id) == func.length(OUTBOX.c.event_id),
        _EARLIER.c.event_id < OUTBOX.c.event_id,
    ),
)
_WAITS_BEFORE = (
    select(_EARLIER.c.id)
    .where(
        _EARLIER.c.status == "waiting",
        _EARLIER.c.workflow_id == OUTBOX.c.workflow_id,
        _EARLIER.c.recipient == OUTBOX.c.recipient,
        _IS_EARLIER,
    )
    .correlate(OUTBOX)
)
# Of a workflow that an incident holds nothing is said until it is closed: whoever were
# asked could not answer, and what became of it may still turn out otherwise.
_HELD = (
    select(INCIDENT.c.id)
    .where(
        INCIDENT.c.workflow_id == OUTBOX.c.workflow_id, INCIDENT.c.closed_at.is_(None)
    )
    .correlate(OUTBOX)
    .exists()
)
_DUE = and_(
    OUTBOX.c.status == "waiting",
    OUTBOX.c.next_attempt_at <= bindparam("now"),
    ~_HELD,
)
_IN_ITS_TURN = ~_WAITS_BEFORE.where(
    _EARLIER.c.next_attempt_at > bindparam("now")
).exists()
_TO_A_PERSON = OUTBOX.c.recipient.not_like(f"{MARK}%")
# Whoever has the first message of a person has all of them: two senders that look at
# the same moment must not write him a mail each.
_HEADS = (
    select(OUTBOX.c.recipient, func.min(OUTBOX.c.id).label("head"))
    .where(_DUE, _TO_A_PERSON, _IN_ITS_TURN)
    .group_by(OUTBOX.c.recipient)
    .order_by(func.min(OUTBOX.c.next_attempt_at))
    .limit(bindparam("people"))
)
_NAMES = tuple(name for name in Claimed.__slots__ if name != "letter")


def claim_mail(
    transaction: Transaction, now: str, until: str, people: int
) -> tuple[Claimed, ...]:
    """
    Everything that is due for some people, in the order of each workflow's events.

    What another sender has is left to him, and so is what an earlier message of the
    same workflow to the same person has to precede.
    """
    heads = transaction.execute(_HEADS, {"now": now, "people": people}).all()
    ours = _locked(
        transaction, OUTBOX.c.id.in_([row.head for row in heads]), now, len(heads)
    )
    people_of_ours = [row.recipient for row in ours]
    mine = and_(OUTBOX.c.recipient.in_(people_of_ours), _IN_ITS_TURN)
    return _claimed(transaction, _locked(transaction, mine, now), until)


def claim_webhook(
    transaction: Transaction, webhook_id: str, now: str, until: str, limit: int
) -> tuple[Claimed, ...]:
    """
    Messages that are due for a webhook, of each workflow the first that waits only.
    """
    mine = and_(OUTBOX.c.recipient == MARK + webhook_id, ~_WAITS_BEFORE.exists())
    return _claimed(transaction, _locked(transaction, mine, now, limit), until)


def _locked(
    transaction: Transaction,
    condition: ColumnElement[bool],
    now: str,
    limit: int | None = None,
) -> Sequence[Row[Any]]:
    query: Select[Any] = (
        select(*(OUTBOX.c[name] for name in _NAMES), LETTER_PART.c.letter_id)
        .outerjoin(LETTER_PART, LETTER_PART.c.message_id == OUTBOX.c.id)
        .where(_DUE, condition)
        .order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id)
        .limit(limit)
        # What another sender or a decision is busy with is left to it: one of them
        # must never wait for the other.
        .with_for_update(of=OUTBOX, skip_locked=True)
    )
    return transaction.execute(query, {"now": now}).all()


def _claimed(
    transaction: Transaction, rows: Sequence[Row[Any]], until: str
) -> tuple[Claimed, ...]:
    found = tuple(_message(row) for row in rows)
    if found:
        transaction.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id.in_([each.id for each in found]))
            .values(attempts=OUTBOX.c.attempts + 1, next_attempt_at=until)
        )
    return tuple(sorted(found, key=_in_order))


def _message(row: Row[Any]) -> Claimed:
    known = {name: getattr(row, name) for name in _NAMES}
    return Claimed(**known | {"attempts": row.attempts + 1, "letter": row.letter_id})


def _in_order(message: Claimed) -> tuple[str, int, str]:
    return message.created_at, len(message.event_id), message.event_id
